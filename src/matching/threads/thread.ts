import { basename, extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../core/errors.ts';
import { threadSource } from '../../core/thread-module.ts';
import type { Answer, Methods } from './port.ts';

export { moduleBeside } from '../../core/thread-module.ts';

/** A thread as its owner sees it. */
export interface Thread<Served extends Methods> {
  /**
   * @throws AppError UNAVAILABLE when the thread has ended, or ends before it has answered
   */
  call<Name extends keyof Served & string>(
    name: Name,
    ...inputs: Parameters<Served[Name]>
  ): Promise<Awaited<ReturnType<Served[Name]>>>;
  /** Resolves when the thread is gone. What it has not answered fails. */
  end(): Promise<void>;
}

/** @param onDeath told once, when the thread ends without having been asked to */
export function startThread<Served extends Methods>(url: URL, onDeath: (cause: Error) => void): Thread<Served> {
  const name = basename(url.pathname, extname(url.pathname));
  const { source, ...options } = threadSource(url);
  const worker = new Worker(source, { name, ...options });
  const waiting = new Map<number, { resolve: (output: never) => void; reject: (error: Error) => void }>();
  let calls = 0;
  let cause: Error | undefined;
  let isOver = false;

  worker.on('message', (answer: Answer) => {
    const caller = waiting.get(answer.number);
    waiting.delete(answer.number);
    if ('error' in answer) caller?.reject(answer.error);
    else caller?.resolve(answer.output as never);
  });
  worker.on('error', (error: Error) => {
    cause = error;
  });
  worker.on('exit', (status) => {
    const wasAsked = isOver;
    isOver = true;
    for (const { reject } of waiting.values()) reject(threadIsGone(cause));
    waiting.clear();
    if (!wasAsked) onDeath(cause ?? new Error(`the thread ${name} ended with ${status}`));
  });

  return {
    call(method, ...inputs) {
      if (isOver) return Promise.reject(threadIsGone(cause));
      return new Promise((resolve, reject) => {
        const number = calls++;
        worker.postMessage({ number, name: method, inputs });
        waiting.set(number, { resolve, reject });
      });
    },
    async end() {
      isOver = true;
      await worker.terminate();
    },
  };
}

export function threadIsGone(cause?: Error): AppError {
  return new AppError(
    'UNAVAILABLE',
    { zh: '匹配索引正在重启，请稍后重试。', en: 'The matching index is starting again; try again shortly.' },
    { retryAfterSeconds: 1, ...(cause === undefined ? {} : { cause }) },
  );
}
