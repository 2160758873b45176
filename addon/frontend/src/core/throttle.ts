/**
 * Run `work` at once, and while calls keep coming at most every `wait` milliseconds; the last
 * call is never lost.
 */
export function throttle(work: () => void, wait: number): { run: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = () => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      run();
    }, wait);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    again = false;
  };
  return { run, stop };
}
