import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { throttle } from "../src/core/throttle";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("runs at once, then not too often, and never forgets the last call", () => {
  const work = vi.fn();
  const calm = throttle(work, 100);
  calm.run();
  expect(work).toHaveBeenCalledTimes(1);
  calm.run();
  calm.run();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1000);
  expect(work).toHaveBeenCalledTimes(2);
});

it("does nothing more once it is stopped", () => {
  const work = vi.fn();
  const calm = throttle(work, 100);
  calm.run();
  calm.run();
  calm.stop();
  vi.advanceTimersByTime(1000);
  expect(work).toHaveBeenCalledTimes(1);
});
