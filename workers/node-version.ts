// Imported before everything else by each program: later modules use what an older Node.js does not have.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Duijie wants Node.js 20.19 or later; this is ${process.versions.node}. Install it from https://nodejs.org.\n需要 Node.js 20.19 或更高版本，当前为 ${process.versions.node}。\n`,
  );
  process.exit(78);
}
