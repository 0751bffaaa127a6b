import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fields } from '../../wasi/http/fields.ts';
import { createCgiVariables } from './cgi-variables.ts';
import { createChainedHeaders, createSpinHeaders } from './spin-headers.ts';

const route = {
  triggerId: 't',
  target: { tag: 'component', val: 'c' },
  executor: 'wagi',
  rawRoute: 'shop/:item_id/...',
  matchedRoute: '/shop/:item_id/...',
  componentRoute: 'shop/:item_id',
} as const;

function variablesOf(
  headers: readonly string[],
  pathWithQuery = '/shop/a/b%20c/?x=1&y',
  { authority = 'example.com', client = '10.0.0.7:4321', length = 0, scheme = 'http' as 'http' | 'https' } = {},
): Record<string, string> {
  const path = pathWithQuery.replace(/\?.*/, '');
  const match = { params: [['item_id', 'a']], wildcard: path.slice('/shop/a/'.length).replace(/\/$/, '') } as const;
  const spinHeaders = createSpinHeaders({ authority, path, pathWithQuery }, route, match, client, scheme);
  const fields = new Fields([...headers, ...spinHeaders], true);
  return Object.fromEntries(createCgiVariables({ method: 'PUT', pathWithQuery, authority, headers: fields }, length));
}

const variables = suite('createCgiVariables');

variables('describes a request', () => {
  assert.equal(variablesOf(['content-type', 'text/plain', 'x-one', '1'], undefined, { length: 5 }), {
    AUTH_TYPE: '',
    CONTENT_LENGTH: '5',
    CONTENT_TYPE: 'text/plain',
    GATEWAY_INTERFACE: 'CGI/1.1',
    HTTP_CONTENT_TYPE: 'text/plain',
    HTTP_X_ONE: '1',
    PATH_INFO: '/b%20c/',
    PATH_TRANSLATED: '/b c/',
    QUERY_STRING: 'x=1&y',
    REMOTE_ADDR: '10.0.0.7',
    REMOTE_HOST: '10.0.0.7',
    REMOTE_USER: '',
    REQUEST_METHOD: 'PUT',
    SCRIPT_NAME: '/shop/:item_id',
    SERVER_NAME: 'example.com',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_SOFTWARE: 'WAGI/1',
    X_BASE_PATH: '/',
    X_CLIENT_ADDR: '10.0.0.7:4321',
    X_COMPONENT_ROUTE: 'shop/:item_id',
    X_FULL_URL: 'http://example.com/shop/a/b%20c/?x=1&y',
    X_MATCHED_ROUTE: '/shop/:item_id/...',
    X_PATH_MATCH_ITEM_ID: 'a',
    X_RAW_COMPONENT_ROUTE: 'shop/:item_id/...',
    X_RAW_PATH_INFO: '/b%20c/',
  });
});

for (const [authority, name, port] of [
  ['example.com:8080', 'example.com', '8080'],
  ['[::1]:81', '[::1]', '81'],
  ['[::1]', '[::1]', '80'],
] as const) {
  variables(`splits the authority ${authority}`, () => {
    const { SERVER_NAME, SERVER_PORT } = variablesOf([], undefined, { authority });
    assert.equal([SERVER_NAME, SERVER_PORT], [name, port]);
  });
}

variables('names the port of https where the request came over TLS', () => {
  const { SERVER_PORT, X_FULL_URL } = variablesOf([], '/shop/a', { scheme: 'https' });
  assert.equal([SERVER_PORT, X_FULL_URL], ['443', 'https://example.com/shop/a']);
});

variables('gives the address of a client behind IPv6 without brackets', () => {
  assert.is(variablesOf([], undefined, { client: '[fe80::1]:99' })['REMOTE_ADDR'], 'fe80::1');
});

variables('joins headers of one name to one variable', () => {
  const { HTTP_X, HTTP_COOKIE } = variablesOf(['x', 'a', 'cookie', 'b=1', 'x', 'c', 'cookie', 'd=2']);
  assert.equal([HTTP_X, HTTP_COOKIE], ['a, c', 'b=1; d=2']);
});

variables('hides credentials, and a header that would name the proxy of outbound requests', () => {
  const names = Object.keys(variablesOf(['authorization', 'Basic eA==', 'proxy', 'http://evil']));
  assert.equal(
    names.filter((name) => /AUTHORIZATION|PROXY/.test(name)),
    [],
  );
});

variables('gives bytes of a header as the text that they are in UTF-8', () => {
  assert.is(variablesOf(['x', '\xc3\xa9'])['HTTP_X'], 'é');
});

variables('decodes the path once, and replaces what is no UTF-8 then', () => {
  assert.is(variablesOf([], '/shop/a/%c3%a9%2541')['PATH_TRANSLATED'], '/é%41');
  assert.is(variablesOf([], '/shop/a/%ff%zz')['PATH_TRANSLATED'], '/\ufffd%zz');
});

variables('takes a call from within the app as one without a route', () => {
  const target = { authority: 'c.spin.internal', path: '/x', pathWithQuery: '/x' };
  const fields = new Fields(createChainedHeaders(target), true);
  const found = Object.fromEntries(createCgiVariables({ ...target, method: 'GET', headers: fields }, 0));
  assert.equal([found['SCRIPT_NAME'], found['PATH_INFO'], found['REMOTE_ADDR']], ['', '/x', '0.0.0.0']);
});

variables.run();
