// Checks the sections of capabilities that this host does not offer yet: `[key_value_store.<label>]`, `[sqlite_database.<label>]` and
// `[llm_compute]`. A mistake in one is an error all the same.

import type { TableReader } from '../../../guest-runtime/manifest/reader.ts';
import { checkFields, type Kinds, readKind, requireUrl } from './kind.ts';

const keyValueStores: Kinds<void> = {
  spin: (table) => checkFields(table, { optional: ['path'] }),
  redis: (table) => checkFields(table, { required: ['url'] }),
  azure_cosmos: (table) => checkFields(table, { required: ['account', 'database', 'container'], optional: ['key'] }),
  aws_dynamo: (table) =>
    checkFields(table, {
      required: ['region', 'table'],
      optional: ['access_key', 'secret_key', 'token'],
      flags: ['consistent_read'],
    }),
};

const sqliteDatabases: Kinds<void> = {
  spin: (table) => checkFields(table, { optional: ['path'], flags: ['allow_attach_file'] }),
  libsql: (table) => {
    requireUrl(table, 'url');
    checkFields(table, { required: ['token'] });
  },
};

/** The APIs that a remote LLM compute may speak. */
const API_TYPES: readonly string[] = ['default', 'open_ai'];

const llmComputes: Kinds<void> = {
  spin: () => undefined,
  remote_http: (table) => {
    requireUrl(table, 'url');
    checkFields(table, { required: ['auth_token'] });
    const type = table.string('api_type');
    if (!type || API_TYPES.includes(type.value)) return;
    table.diagnostics.error(
      type,
      `unknown API type ${JSON.stringify(type.value)}`,
      `use one of: ${API_TYPES.join(', ')}`,
    );
  },
};

/** Checks the sections, and gives a line that names them; empty without any. */
export function checkStores(root: TableReader): string {
  const names = [
    ...checkLabelled(root, 'key_value_store', 'key-value store', keyValueStores),
    ...checkLabelled(root, 'sqlite_database', 'SQLite database', sqliteDatabases),
  ];
  const compute = root.child('llm_compute');
  if (compute) names.push(checkOne(compute, 'llm_compute', 'LLM compute', llmComputes));
  return names.length === 0 ? '' : `Using runtime config ${names.join(', ')}`;
}

function checkLabelled(root: TableReader, section: string, what: string, kinds: Kinds<void>): string[] {
  return [...root.entries(section)].flatMap(([label, { value }]) => {
    const table = root.open(value);
    return table ? checkOne(table, `${section}.${label}`, what, kinds) : [];
  });
}

function checkOne(table: TableReader, name: string, what: string, kinds: Kinds<void>): string {
  readKind(table, what, kinds);
  table.diagnostics.warning(table.table, `this host offers no ${what} yet: \`[${name}]\` has no effect`);
  return `[${name}: ${table.string('type')?.value}]`;
}
