/** A value that one part writes and others wait for. */
export type Cell<Value> = {
  read(): Value;
  write(value: Value): void;
  /** Resolves once the value is another one than `seen`, or when `signal` aborts. */
  changedFrom(seen: Value, signal: AbortSignal): Promise<void>;
};

/** A cell that begins with `initial`; values that look the same are no change. */
export function createCell<Value>(initial: Value): Cell<Value> {
  const changes = new EventTarget();
  let value = initial;
  return {
    read: () => value,
    write(next) {
      if (JSON.stringify(next) === JSON.stringify(value)) return;
      value = next;
      changes.dispatchEvent(new Event('change'));
    },
    changedFrom: (seen, signal) =>
      new Promise((resolve) => {
        if (value !== seen || signal.aborted) return resolve();
        const ended = new AbortController();
        const finish = () => {
          ended.abort();
          resolve();
        };
        changes.addEventListener('change', finish, { signal: ended.signal });
        signal.addEventListener('abort', finish, { signal: ended.signal });
      }),
  };
}
