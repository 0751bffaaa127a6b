// The baseline: what the test app answers, from Node's own HTTP server and nothing else.
const { createServer } = require('node:http');

const [host, port] = process.env.ADDRESS.split(':');
const body = 'Hello from C!\n';

createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length });
  response.end(body);
}).listen(Number(port), host);
process.on('SIGTERM', () => process.exit(0));
