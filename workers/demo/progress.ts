export interface Progress {
  /** How far a part of the work has come. */
  count(part: string, done: number, total: number): void;
  /** Ends the line that counts. */
  end(): void;
}

/** On a terminal one line that counts; elsewhere a line for each part that is complete. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let counting = false;
  return {
    count(part, done, total) {
      const text = `${part} ${done}/${total}`;
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K${text}`);
        counting = true;
      } else if (done >= total) {
        stream.write(`${text}\n`);
      }
    },
    end() {
      if (counting) stream.write('\r\x1b[2K');
      counting = false;
    },
  };
}
