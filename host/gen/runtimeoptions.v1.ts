// Generated from the messages of package runtimeoptions.v1 in proto/ by host/build/generate.ts. Do not edit.
import { createMessageType, type MessageType } from '../protobuf/message.ts';

export type Options = {
  typeUrl: string;
  /** A file with the configuration. */
  configPath: string;
  /** The configuration itself, as TOML; empty when config_path is set, and always on containerd 1.6. */
  configBody: Uint8Array;
};
export const Options: MessageType<Options> = /* @__PURE__ */ createMessageType('runtimeoptions.v1.Options', [
  [1, 'typeUrl', 'string'],
  [2, 'configPath', 'string'],
  [3, 'configBody', 'bytes'],
]);
