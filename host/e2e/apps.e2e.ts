// What apps of several components and of files do, served by a worker.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import * as assert from 'uvu/assert';
import { onApp } from '../testing/on-app.ts';

/** Sends a path as it stands, dots and all, and gives the status. */
async function statusOf(url: string, path: string): Promise<number | undefined> {
  const request = get(`${url}/`, { path, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** The lines `name: value` of an answer. */
function linesOf(body: string): Record<string, string> {
  return Object.fromEntries(
    body
      .trim()
      .split('\n')
      .map((line) => line.split(/: (.*)/s)),
  );
}

onApp('routes', {}, (test) => {
  for (const [path, component, matched, rest] of [
    ['/', 'rest', '/...', '/'],
    ['/users', 'rest', '/...', '/users'],
    ['/users/me', 'me', '/users/me', ''],
    ['/users/7', 'user', '/users/:id', ''],
    ['/users/7/posts', 'posts', '/users/:id/posts/...', ''],
    ['/users/7/posts/a/b', 'posts', '/users/:id/posts/...', '/a/b'],
  ] as const)
    test(`sends ${path} to the component ${component}`, async (app) => {
      const lines = linesOf((await app.request(path)).body);
      assert.is(lines['NAME'], component);
      assert.is(lines['spin-matched-route'], matched);
      assert.is(lines['spin-path-info'], rest);
    });

  test('gives the parameter of a route', async (app) => {
    assert.is(linesOf((await app.request('/users/7')).body)['spin-path-match-id'], '7');
  });

  test('sends a request to the app itself through its own routes', async (app) => {
    assert.is(linesOf((await app.request('/x?http://self/users/me')).body)['NAME'], 'me');
  });

  test('does not announce a private component', (app) => {
    assert.match(app.log(), '  user: ');
    assert.not.match(app.log(), '  hidden: ');
    return Promise.resolve();
  });
});

onApp('static-files', {}, (test) => {
  for (const [path, type, start] of [
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/style.css', 'text/css; charset=utf-8', 'p {'],
    ['/deep/note.txt', 'text/plain; charset=utf-8', 'deep down'],
  ] as const)
    test(`serves ${path} with its type and length`, async (app) => {
      const { status, headers, body } = await app.request(path);
      assert.is(status, 200);
      assert.is(headers['content-type'], type);
      assert.is(headers['content-length'], String(body.length));
      assert.ok(body.startsWith(start));
    });

  for (const path of ['/nothing', '/deep', '/style.css/x'])
    test(`finds nothing at ${path}`, async (app) => {
      assert.is((await app.request(path)).status, 404);
    });

  for (const path of ['/../spin.toml', '/deep/../../spin.toml', '/deep/../../../../../../etc/passwd'])
    test(`does not lead out of the mount by ${path}`, async (app) => {
      const status = await statusOf(app.url, path);
      assert.ok(status === 403 || status === 404, `answered ${status}`);
    });

  test('stays in the mount within it', async (app) => {
    assert.is(await statusOf(app.url, '/deep/../style.css'), 200);
  });

  test('shows the guest the mount alone', async (app) => {
    assert.is((await app.request('/.mounts')).body, '/\n');
  });
});
