// Our part of a configuration file: tables between two comments, at the file's end, so that nothing else of the file is touched and
// taking it away leaves every other byte as it was. Appended tables may extend tables that stand anywhere before them.
import { type Inherited, RUNTIME_PLUGINS, type Table, type Version } from './configuration.ts';

/** The runtime handler that is to be there. */
export type Handler = {
  readonly name: string;
  /** Path of the executable on the node. */
  readonly executable: string;
  readonly inherited: Inherited;
};

const BEGIN = '# containerd-shim-spin begins: what "uninstall" takes away\n';
const END = '# containerd-shim-spin ends\n';
const ADDITION = /\n?# containerd-shim-spin begins:[^\n]*\n[\s\S]*?# containerd-shim-spin ends\n/;

/** Annotations of a pod that its containers are to have as well: those that this project defines. */
const POD_ANNOTATIONS = 'containerd-shim-spin/*';

/**
 * Writes the runtime that containerd has by itself. Before 2.0, a configuration that names any runtime thereby has no other: without this
 * one CRI would not start.
 */
export function formatDefaultRuntime(version: Version): string {
  return `[${tableName('runc', version)}]\n${formatKeys({ runtime_type: 'io.containerd.runc.v2' })}`;
}

function tableName(handler: string, version: Version): string {
  return `plugins.${JSON.stringify(RUNTIME_PLUGINS[version])}.containerd.runtimes.${JSON.stringify(handler)}`;
}

/** Writes the tables of a handler for a configuration of that version. */
export function formatHandler({ name, executable, inherited }: Handler, version: Version): string {
  const table = tableName(name, version);
  const keys = { runtime_type: executable, pod_annotations: [POD_ANNOTATIONS], ...inherited.keys };
  const options =
    Object.keys(inherited.options).length > 0 ? `[${table}.options]\n${formatKeys(inherited.options)}` : '';
  return `[${table}]\n${formatKeys(keys)}${options}`;
}

function formatKeys(table: Table): string {
  return Object.entries(table)
    .map(([key, value]) => `  ${key} = ${JSON.stringify(value)}\n`)
    .join('');
}

/** Puts tables at the end of a text, in place of those that an earlier installation put there. */
export function addTables(text: string, tables: string): string {
  return `${removeTables(text)}\n${BEGIN}${tables}${END}`;
}

/** Takes our part out of a text. A text without it stays as it is. */
export function removeTables(text: string): string {
  return text.replace(ADDITION, '');
}

/** Tells whether our part is in a text. */
export function hasTables(text: string): boolean {
  return ADDITION.test(text);
}
