import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';

// 1,000 endpoints are 1,000 paths of one server in a thread of its own. It answers at once, and tells when each path that
// was announced has been called.
let awaited = new Set();

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(204).end();
    if (awaited.delete(request.url) && awaited.size === 0) {
      parentPort.postMessage({ allAtMs: performance.timeOrigin + performance.now() });
    }
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
parentPort.on('message', (paths) => {
  awaited = new Set(paths);
  parentPort.postMessage({ awaiting: awaited.size });
});
