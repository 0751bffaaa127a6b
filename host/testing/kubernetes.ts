// Manifests as Kubernetes would take them: parsed, and compared with the schema of their kind (fixtures/kubernetes). The part of JSON
// Schema that those schemas use.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** An object of Kubernetes. */
export type Manifest = { readonly apiVersion: string; readonly kind: string } & Readonly<Record<string, unknown>>;

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly (string | null)[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
};

const schemas = JSON.parse(readFileSync('fixtures/kubernetes/schemas.json', 'utf8')) as Readonly<
  Record<string, Schema>
>;

/** Reads the objects of a file. Throws on YAML that is wrong. */
export function readManifests(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, 'utf8')).map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS() as Manifest;
  });
}

/** Gives a line for each thing in an object that its kind does not have. Throws when its kind has no schema here. */
export function findSchemaFaults(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest;
  const name = Object.keys(schemas).find((one) => one.endsWith(`.${kind}`) && describes(schemas[one], apiVersion));
  if (name === undefined) throw new Error(`no schema of ${apiVersion} ${kind} in fixtures/kubernetes`);
  return findFaults(manifest, { $ref: name }, kind);
}

function describes(schema: Schema | undefined, apiVersion: string): boolean {
  return schema?.properties?.['apiVersion']?.enum?.includes(apiVersion) ?? false;
}

function findFaults(value: unknown, schema: Schema, path: string): string[] {
  if (schema.$ref !== undefined) return findFaults(value, schemas[schema.$ref] ?? {}, path);
  if (schema.oneOf) {
    const faults = schema.oneOf.map((one) => findFaults(value, one, path));
    return faults.find((one) => one.length === 0) ?? faults.flat();
  }
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) return [`${path} is no ${types.join(' or ')}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is none of ${schema.enum.join(', ')}`];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => findFaults(item, schema.items ?? {}, `${path}[${index}]`));
  }
  return typeof value === 'object' && value !== null ? findFieldFaults(value, schema, path) : [];
}

function findFieldFaults(value: object, schema: Schema, path: string): string[] {
  const { required = [], properties = {}, additionalProperties = true } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${path} has no ${name}`);
  const wrong = Object.entries(value).flatMap(([name, field]) => {
    const own = properties[name] ?? additionalProperties;
    if (own === false) return [`${path} has an unknown field ${name}`];
    return own === true ? [] : findFaults(field, own, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function isOfType(value: unknown, type: string | null): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null' || type === null) return value === null;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
