// What is to be done to a node, from what is there: the handler `spin` into containerd's configuration, or out of it. Doing it again
// gives nothing to do; nothing that is not this project's is changed, and each edit knows the text it replaces, which is the way back.
import { Code, StatusError } from '../ttrpc/status.ts';
import { addTables, formatDefaultRuntime, formatHandler, hasTables, removeTables } from './addition.ts';
import {
  type Configuration,
  inheritedOf,
  newestVersion,
  parseConfiguration,
  type Table,
  type Version,
} from './configuration.ts';
import { DISTRIBUTIONS, type Distribution, findDistribution } from './distribution.ts';

/** What can be seen of a node. Paths are the node's. */
export type Node = {
  readonly exists: (path: string) => boolean;
  /** The text of a file; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
  /** Release of the containerd that runs, such as `1.7.24`; undefined when it does not answer. */
  readonly containerdVersion: string | undefined;
  /** The table of the handler `runc` that it runs with, whichever of its files says so. */
  readonly runc: Table | undefined;
};

/** What the operator may decide. */
export type Wishes = {
  /** Name of the runtime handler, which a RuntimeClass refers to. */
  readonly handler: string;
  /** Kind of node, when it is not to be found out. */
  readonly distribution?: string | undefined;
  /** Folder for the executable, in place of the distribution's. */
  readonly directory?: string | undefined;
  /** containerd's configuration, in place of the distribution's. */
  readonly configuration?: string | undefined;
};

/** A file that is to have another text; undefined means no file. */
export type Edit = { readonly path: string; readonly before: string | undefined; readonly after: string | undefined };

/** What is to be done. */
export type Plan = {
  readonly distribution: Distribution;
  /** Folder of the executable and its libraries: `bin` and `lib` in it. */
  readonly directory: string;
  /** What to edit; nothing when the configuration is as it should be. */
  readonly edits: readonly Edit[];
  /** Units of systemd to restart, those of them that run. */
  readonly units: readonly string[];
  /** Whether containerd's keeper notices the edits and restarts it by itself. */
  readonly isWatched: boolean;
};

/** The executable's name on the node. */
const EXECUTABLE = 'containerd-shim-spin-v2';
const DROP_IN = 'containerd-shim-spin.toml';
const MADE_HERE = '# Made by containerd-shim-spin.\n';
/** What is behind the name of a file's copy from before the first edit: for a person to look at, nothing reads it. */
const ORIGINAL = '.before-containerd-shim-spin';
const BUILT_IN_TEMPLATE = '{{ template "base" . }}\n';

/** Path of the executable below the folder that is installed. */
export function executableIn(directory: string): string {
  return `${directory}/bin/${EXECUTABLE}`;
}

/** Plans to add the handler. Throws FAILED_PRECONDITION when the node is of no known kind, or has another handler of that name. */
export function planInstall(node: Node, wishes: Wishes): Plan {
  const distribution = chooseDistribution(node, wishes);
  const directory = wishes.directory ?? distribution.directory;
  const text = node.read(distribution.configuration);
  const configuration = text === undefined ? undefined : readConfiguration(distribution, text, node);
  const version = configuration?.version ?? newestVersion(node.containerdVersion);
  if (configuration !== undefined) checkHandler(distribution, configuration, wishes.handler);
  const place = placeFor(distribution, { text, configuration, version });
  const before = node.read(place.path);
  const inherited = inheritedOf(node.runc ?? configuration?.runtimes['runc'] ?? {});
  const handler = formatHandler({ name: wishes.handler, executable: executableIn(directory), inherited }, version);
  const isWhole = place.path === distribution.configuration;
  const takesDefault = isWhole && version < 3 && Object.keys(configuration?.runtimes ?? {}).length === 0;
  const tables = takesDefault ? formatDefaultRuntime(version) + handler : handler;
  const after = addTables(place.isOurs ? place.beginning : (before ?? place.beginning), tables);
  if (isWhole) checkAddition(distribution, after, node);
  const edits =
    after === before ? [] : [...keepOriginal(place.path, before, node), { path: place.path, before, after }];
  return { distribution, directory, edits, units: unitsOf(distribution, node), isWatched: place.isWatched };
}

/** Plans to take away what `planInstall` added, wherever it put it. */
export function planUninstall(node: Node, wishes: Wishes): Plan {
  const distribution = chooseDistribution(node, wishes);
  const directory = wishes.directory ?? distribution.directory;
  const edits = placesOf(distribution, node).flatMap((path) => {
    const before = node.read(path);
    if (before === undefined || !hasTables(before)) return [];
    const rest = removeTables(before);
    const original = { path: path + ORIGINAL, before: node.read(path + ORIGINAL), after: undefined };
    return [{ path, before, after: rest.startsWith(MADE_HERE) ? undefined : rest }, original].filter(isChange);
  });
  const isWatched = edits.length > 0 && edits.every(({ path }) => isWatchedPath(distribution, path));
  return { distribution, directory, edits, units: unitsOf(distribution, node), isWatched };
}

function keepOriginal(path: string, text: string | undefined, node: Node): Edit[] {
  if (text === undefined || hasTables(text)) return [];
  return [{ path: path + ORIGINAL, before: node.read(path + ORIGINAL), after: text }].filter(isChange);
}

function isChange({ before, after }: Edit): boolean {
  return before !== after;
}

/** Gives the edits that undo edits. */
export function revert(edits: readonly Edit[]): Edit[] {
  return edits.map(({ path, before, after }) => ({ path, before: after, after: before })).reverse();
}

function chooseDistribution(node: Node, { distribution: name, configuration }: Wishes): Distribution {
  const found = name === undefined ? findDistribution(node.exists) : DISTRIBUTIONS.find((one) => one.name === name);
  if (found !== undefined) return { ...found, configuration: configuration ?? found.configuration };
  const known = DISTRIBUTIONS.map((one) => one.name).join(', ');
  if (name !== undefined) throw refusal(`"${name}" is no kind of node: ${known}`);
  throw refusal(`this node has no containerd that is known (${known}): ${allMarks()} are not there`);
}

function allMarks(): string {
  return DISTRIBUTIONS.flatMap(({ marks }) => marks).join(', ');
}

function readConfiguration({ configuration: path }: Distribution, text: string, node: Node): Configuration {
  try {
    return parseConfiguration(removeTables(text), node.containerdVersion);
  } catch (cause) {
    throw refusal(`cannot read ${path}`, cause);
  }
}

function checkHandler({ configuration: path }: Distribution, configuration: Configuration, name: string): void {
  if (configuration.isCriDisabled) throw refusal(`${path} disables CRI: no kubelet uses this containerd`);
  const other = configuration.runtimes[name];
  if (other === undefined) return;
  throw refusal(`${path} already has a handler ${name}, of runtime type ${other['runtime_type']}: remove it first`);
}

/** Appending cannot extend a table that was written inline; better found out here than by a containerd that does not start. */
function checkAddition({ configuration: path }: Distribution, text: string, node: Node): void {
  try {
    parseConfiguration(text, node.containerdVersion);
  } catch (cause) {
    throw refusal(`cannot add a runtime to ${path}`, cause);
  }
}

type Place = {
  readonly path: string;
  /** How the file begins when there is none yet. */
  readonly beginning: string;
  /** Whether the whole file is this project's. */
  readonly isOurs: boolean;
  /** Whether containerd's keeper notices a change by itself. */
  readonly isWatched: boolean;
};

type Found = {
  readonly text: string | undefined;
  readonly configuration: Configuration | undefined;
  readonly version: Version;
};

function placeFor(distribution: Distribution, { text, configuration, version }: Found): Place {
  const { editing, configuration: path } = distribution;
  const beginning = `${MADE_HERE}version = ${version}\n`;
  if (editing.kind === 'folder' && text?.startsWith(editing.firstLine)) {
    return { path: `${editing.folder}/${DROP_IN}`, beginning, isOurs: true, isWatched: true };
  }
  const folder = importedFolder(distribution, configuration);
  if (folder !== undefined) return { path: `${folder}/${DROP_IN}`, beginning, isOurs: true, isWatched: false };
  if (editing.kind === 'template') {
    const template = editing.templates[version] ?? path;
    return { path: template, beginning: MADE_HERE + BUILT_IN_TEMPLATE, isOurs: false, isWatched: false };
  }
  return { path, beginning, isOurs: false, isWatched: false };
}

/**
 * The folder whose files containerd merges into its configuration. Before version 3 it would not merge: a file with one table of a
 * plugin replaces all that the configuration says of that plugin.
 */
function importedFolder(
  { configuration: path }: Distribution,
  configuration: Configuration | undefined,
): string | undefined {
  if (configuration === undefined || configuration.version < 3) return undefined;
  const [folder] = configuration.imports.flatMap((glob) => /^(.+)\/\*\.toml$/.exec(glob)?.[1] ?? []);
  if (folder === undefined || folder.startsWith('/')) return folder;
  return `${path.slice(0, path.lastIndexOf('/'))}/${folder}`;
}

/** Every file that an installation may have added to, whatever the configuration has become since. */
function placesOf(distribution: Distribution, node: Node): string[] {
  const { editing, configuration: path } = distribution;
  const text = node.read(path);
  const configuration = text === undefined ? undefined : readConfiguration(distribution, text, node);
  const folder = importedFolder(distribution, configuration);
  const dropIns = folder === undefined ? [] : [`${folder}/${DROP_IN}`];
  if (editing.kind === 'template') return [...Object.values(editing.templates), ...dropIns];
  if (editing.kind === 'folder') return [path, `${editing.folder}/${DROP_IN}`, ...dropIns];
  return [path, ...dropIns];
}

function isWatchedPath({ editing }: Distribution, path: string): boolean {
  return editing.kind === 'folder' && path.startsWith(`${editing.folder}/`);
}

const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

function unitsOf({ units }: Distribution, { exists }: Node): string[] {
  return units.filter((unit) => UNIT_FOLDERS.some((folder) => exists(`${folder}/${unit}`)));
}

function refusal(message: string, cause?: unknown): StatusError {
  return new StatusError(Code.FAILED_PRECONDITION, message, { cause });
}
