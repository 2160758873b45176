import { describe, expect, it } from "vitest";
import * as queue from "../src/core/queue";
import { download } from "./fixtures";

describe("the state in words", () => {
  it.each([
    [{ state: "downloading" }, "Downloading"],
    [{ state: "downloading", stalled: true }, "Stalled: no data comes at the moment"],
    [{ state: "queued", reason: "space" }, "Waiting: waits for free space"],
    [{ state: "queued", reason: "retry", retry_at: 400 }, "Waiting: tries again in 5 minutes"],
    [{ state: "queued", reason: "retry", retry_at: 50 }, "Waiting: will try again"],
    [{ state: "completed", sharing: "seeding" }, "Done, sharing"],
    [{ state: "completed", sharing: "goal_met" }, "Done, shared enough"],
    [{ state: "completed" }, "Done"],
  ] as const)("of %o", (change, text) => {
    expect(queue.stateText(download(change), 100)).toBe(text);
  });
});

describe("what can be done", () => {
  it.each([
    ["downloading", "none", true, false],
    ["queued", "none", true, false],
    ["paused", "none", false, true],
    ["completed", "seeding", true, false],
    ["completed", "paused", false, true],
    ["completed", "none", false, false],
    ["importing", "none", false, false],
    ["failed", "none", false, false],
  ] as const)("with %s and sharing %s", (state, sharing, pause, resume) => {
    const one = download({ state, sharing });
    expect([queue.canPause(one), queue.canResume(one)]).toEqual([pause, resume]);
  });

  it("retries what failed or waits to be retried", () => {
    expect(queue.canRetry(download({ state: "failed" }))).toBe(true);
    expect(queue.canRetry(download({ state: "queued", reason: "retry" }))).toBe(true);
    expect(queue.canRetry(download())).toBe(false);
  });
});

describe("order and filters", () => {
  it("puts the queue first and the newest done on top", () => {
    const all = [
      download({ id: "old", state: "completed", completed_at: 1 }),
      download({ id: "b", position: 1 }),
      download({ id: "new", state: "completed", completed_at: 2 }),
      download({ id: "gone", state: "removed" }),
      download({ id: "a", position: 0 }),
    ];
    expect(queue.ordered(all).map((one) => one.id)).toEqual(["a", "b", "new", "old"]);
  });

  it("has every state in one group", () => {
    const groups = ["active", "waiting", "paused", "done", "failed"] as const;
    const states = [
      "queued",
      "resolving",
      "downloading",
      "checking",
      "moving",
      "verifying",
      "importing",
      "completed",
      "paused",
      "failed",
    ] as const;
    for (const state of states) {
      const fitting = groups.filter((group) => queue.inFilter(download({ state }), group));
      expect(fitting, state).toHaveLength(1);
    }
  });
});
