import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import autocannon from 'autocannon';

// One run of requests in a process of its own, told as one line of JSON. The order comes on standard input:
// { url, method, headers, body, paths, connections, seconds, idempotency }
const order = JSON.parse(await text(process.stdin));
const { url, method, headers, body, paths, connections, seconds, amount } = order;
let at = 0;
const result = await autocannon({
  url,
  connections,
  ...(amount === undefined ? { duration: seconds } : { amount }),
  requests: [
    {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      setupRequest: (request) => ({
        ...request,
        path: paths[at++ % paths.length],
        headers: order.idempotency ? { ...headers, 'idempotency-key': randomUUID() } : headers,
      }),
    },
  ],
});
const { errors, timeouts, non2xx, duration, latency } = result;
const answered = result['2xx'];
process.stdout.write(
  `${JSON.stringify({ answered, failed: non2xx + errors + timeouts, seconds: duration, p50Ms: latency.p50, p99Ms: latency.p99 })}\n`,
);
