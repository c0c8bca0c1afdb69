import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into the program before its own code; told over IPC when to start and to end.
const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
let cpu = process.cpuUsage();

process.on('message', (order) => {
  if (order === 'start') {
    delays.enable();
    delays.reset();
    cpu = process.cpuUsage();
    return;
  }
  delays.disable();
  // The timer's own interval is no delay.
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({
    p50: ms(delays.percentile(50)),
    p99: ms(delays.percentile(99)),
    max: ms(delays.max),
    cpuSeconds: (user + system) / 1e6,
    residentMb: process.memoryUsage().rss / 1e6,
  });
});
process.channel?.unref();
