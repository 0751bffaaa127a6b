// Turns the .proto files into TypeScript: per protobuf package one module of types, field tables and service descriptions for
// `host/protobuf/message.ts`. protobufjs parses; what our messages do not use (groups, oneofs, nesting, request streams) is refused.
import protobuf from 'protobufjs';

type Namespace = protobuf.NamespaceBase;
type Reflected = protobuf.ReflectionObject;

/**
 * Generates every module out of the texts of the .proto files: its text by file name, such as `containerd.task.v3.ts`.
 * Throws `Error` on what is not supported.
 */
export function generateModules(protoTexts: readonly string[]): Map<string, string> {
  const root = new protobuf.Root();
  for (const text of protoTexts) protobuf.parse(text, root, { alternateCommentMode: true });
  root.resolveAll();
  const modules = new Map<string, string>();
  for (const namespace of packagesOf(root)) {
    modules.set(`${packageName(namespace)}.ts`, generateModule(namespace));
  }
  return modules;
}

function packagesOf(namespace: Namespace): Namespace[] {
  const nested = namespace.nestedArray;
  const isPackage = nested.some((child) => !isPlainNamespace(child));
  const below = nested.filter(isPlainNamespace).flatMap((child) => packagesOf(child as Namespace));
  return isPackage ? [namespace, ...below] : below;
}

function isPlainNamespace(object: Reflected): boolean {
  return (
    object instanceof protobuf.Namespace && !(object instanceof protobuf.Type) && !(object instanceof protobuf.Service)
  );
}

function packageName(object: Reflected): string {
  return object.fullName.slice(1);
}

function generateModule(namespace: Namespace): string {
  const imports = new Map<string, string>();
  const refer = (target: Reflected): string => {
    const parent = target.parent;
    if (!parent || parent === namespace) return target.name;
    const alias = packageName(parent).replace(/\.(.)/g, (_all, letter: string) => letter.toUpperCase());
    imports.set(packageName(parent), alias);
    return `${alias}.${target.name}`;
  };
  const children = namespace.nestedArray;
  const enums = children.filter((child) => child instanceof protobuf.Enum);
  const messages = children.filter((child) => child instanceof protobuf.Type);
  const services = children.filter((child) => child instanceof protobuf.Service);
  const declarations = [
    ...enums.map(generateEnum),
    ...messages.map((type) => generateMessage(type, refer)),
    ...services.map((service) => generateService(service, refer)),
  ];
  const used = [
    ...(messages.length > 0 ? ['createMessageType', 'type MessageType'] : []),
    ...(services.length > 0 ? ['type ServiceType'] : []),
  ];
  return [
    `// Generated from the messages of package ${packageName(namespace)} in proto/ by host/build/generate.ts. Do not edit.`,
    `import { ${used.join(', ')} } from '../protobuf/message.ts';`,
    ...[...imports].map(([name, alias]) => `import * as ${alias} from './${name}.ts';`).sort(),
    '',
    declarations.join('\n\n'),
    '',
  ].join('\n');
}

type Refer = (target: Reflected) => string;

const scalarTypes: Record<string, string> = {
  string: 'string',
  bytes: 'Uint8Array',
  bool: 'boolean',
  int32: 'number',
  uint32: 'number',
  int64: 'bigint',
  uint64: 'bigint',
  double: 'number',
};

function generateMessage(type: protobuf.Type, refer: Refer): string {
  const isProto3Optional = (oneof: protobuf.OneOf): boolean =>
    oneof.fieldsArray.every((field) => field.options?.['proto3_optional']);
  if (type.nestedArray.length > 0 || !type.oneofsArray.every(isProto3Optional)) {
    throw new Error(`${type.fullName}: nested types and oneofs are not supported`);
  }
  const properties = type.fieldsArray.map(
    (field) => `${comment(field, '  ')}  ${field.name}: ${typeOf(field, refer)};`,
  );
  const rows = type.fieldsArray.map((field) => `  ${rowOf(field, refer)},`);
  const body = properties.length > 0 ? `{\n${properties.join('\n')}\n}` : 'Record<never, never>';
  const table = rows.length > 0 ? `[\n${rows.join('\n')}\n]` : '[]';
  return [
    `${comment(type, '')}export type ${type.name} = ${body};`,
    `export const ${type.name}: MessageType<${type.name}> = /* @__PURE__ */ createMessageType('${packageName(type)}', ${table});`,
  ].join('\n');
}

function isOptional(field: protobuf.Field): boolean {
  return Boolean(field.options?.['proto3_optional']);
}

function typeOf(field: protobuf.Field, refer: Refer): string {
  const target = field.resolvedType;
  const single = target ? refer(target) : scalarTypes[field.type];
  if (!single) throw new Error(`${field.fullName}: type ${field.type} is not supported`);
  if (field instanceof protobuf.MapField) {
    if (field.keyType !== 'string') throw new Error(`${field.fullName}: only string keys are supported`);
    return `Record<string, ${single}>`;
  }
  if (field.repeated) return `${single}[]`;
  return target instanceof protobuf.Type || isOptional(field) ? `${single} | undefined` : single;
}

function rowOf(field: protobuf.Field, refer: Refer): string {
  const target = field.resolvedType;
  const type = target instanceof protobuf.Type ? `() => ${refer(target)}` : `'${target ? 'int32' : field.type}'`;
  const label =
    field instanceof protobuf.MapField
      ? 'map'
      : field.repeated
        ? 'repeated'
        : isOptional(field)
          ? 'optional'
          : undefined;
  return `[${field.id}, '${field.name}', ${type}${label ? `, '${label}'` : ''}]`;
}

function generateEnum(type: protobuf.Enum): string {
  const values = Object.entries(type.values).map(([name, value]) => `  ${name}: ${value},`);
  return [
    `${comment(type, '')}export type ${type.name} = number;`,
    `export const ${type.name} = {\n${values.join('\n')}\n} as const;`,
  ].join('\n');
}

function generateService(service: protobuf.Service, refer: Refer): string {
  const methods = service.methodsArray.map((method) => {
    const { resolvedRequestType: request, resolvedResponseType: response } = method;
    if (!request || !response || method.requestStream) {
      throw new Error(`${method.fullName}: request streams are not supported`);
    }
    const name = method.name.charAt(0).toLowerCase() + method.name.slice(1);
    const stream = method.responseStream ? ', hasResponseStream: true' : '';
    return `    ${name}: { name: '${method.name}', request: ${refer(request)}, response: ${refer(response)}${stream} },`;
  });
  const head = `${comment(service, '')}export const ${service.name} = {\n  name: '${packageName(service)}',\n  methods: {\n`;
  return `${head}${methods.join('\n')}\n  },\n} as const satisfies ServiceType;`;
}

function comment(object: Reflected, indent: string): string {
  return object.comment ? `${indent}/** ${object.comment.replaceAll('\n', ' ')} */\n` : '';
}
