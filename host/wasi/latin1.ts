// Header values are bytes, held as strings of one character for each.

/** Encodes a string whose characters are all below 256. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Decodes bytes to a string with one character for each. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Reads such a string as the UTF-8 that its bytes are. */
export function decodeUtf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? new TextDecoder().decode(encodeLatin1(bytes)) : bytes;
}
