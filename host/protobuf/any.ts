// Messages inside `google.protobuf.Any`, under the type URLs that containerd uses: the full name alone, without a host.
import type { Any } from '../gen/google.protobuf.ts';
import type { Fields, MessageType } from './message.ts';

/** Packs a message into an Any. */
export function packAny<T extends object>(type: MessageType<T>, message: Fields<T>): Any {
  return { typeUrl: type.name, value: type.encode(message) };
}

/** Unpacks an Any when it holds a message of this type, with or without a host before the name; else gives undefined. */
export function unpackAny<T extends object>(type: MessageType<T>, any: Any): T | undefined {
  const name = any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
  return name === type.name ? type.decode(any.value) : undefined;
}
