// How messages of netlink(7) are framed: a head each, a body, attributes. Numbers are in the machine's order.
import { MalformedError } from '../text/malformed.ts';
import { parseText } from '../text/text.ts';

/** include/uapi/linux/netlink.h */
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLM_F_REQUEST = 1;
export const NLM_F_MULTI = 2;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;

export const headBytes = 16;
export const attributeHeadBytes = 4;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags. */
const attributeTypeMask = 0x3fff;

export const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function buildMessage(
  type: number,
  flags: number,
  sequence: number,
  body: Uint8Array,
  attributes: readonly (readonly [type: number, value: number])[] = [],
): Uint8Array {
  const size = headBytes + body.length + attributes.length * (attributeHeadBytes + 4);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, isLittleEndian);
  view.setUint16(4, type, isLittleEndian);
  view.setUint16(6, flags, isLittleEndian);
  view.setUint32(8, sequence, isLittleEndian);
  bytes.set(body, headBytes);
  attributes.forEach(([attribute, value], index) => {
    const at = headBytes + body.length + 8 * index;
    view.setUint16(at, attributeHeadBytes + 4, isLittleEndian);
    view.setUint16(at + 2, attribute, isLittleEndian);
    view.setUint32(at + 4, value, isLittleEndian);
  });
  return bytes;
}

export interface MessageEnd {
  /** Whether nothing more comes: the end of a dump, or an error. */
  readonly done: boolean;
  /** The errno of a refusal, positive; 0 without one. */
  readonly errno: number;
}

/**
 * Walks over whole messages, one after another.
 * @param take - gets the type, where the body begins and where the message ends, and the flags of the head; true ends it
 * @throws MalformedError for a length that leads beyond the end, or one too short for what must be there
 */
export function walkMessages(
  view: DataView,
  take: (type: number, body: number, end: number, flags: number) => boolean | undefined,
): MessageEnd {
  let done = false;
  let errno = 0;
  for (let at = 0; at + headBytes <= view.byteLength && !done; ) {
    const size = view.getUint32(at, isLittleEndian);
    if (size < headBytes || at + size > view.byteLength)
      throw new MalformedError(`netlink message at byte ${at}`, 1, 'the length of a message', String(size));
    const type = view.getUint16(at + 4, isLittleEndian);
    const body = at + headBytes;
    done = type === NLMSG_ERROR || type === NLMSG_DONE;
    // A dump that was cut short by an error says so in its end, from Linux 4.15 on.
    if (type === NLMSG_ERROR || (type === NLMSG_DONE && size >= headBytes + 4))
      errno = Math.abs(readInt32(view, body, at + size, 'an errno'));
    else if (!done) done = take(type, body, at + size, view.getUint16(at + 6, isLittleEndian)) === true;
    at += (size + 3) & ~3;
  }
  return { done, errno };
}

/** @throws MalformedError where the body is too short for its fixed part */
export function checkBody(body: number, end: number, bytes: number, what: string): void {
  if (body + bytes > end)
    throw new MalformedError(`netlink message at byte ${body - headBytes}`, 1, what, `${end - body} bytes`);
}

/**
 * Walks over attributes; nothing is made of those that are not wanted.
 * @param take - gets the type, and where the value begins and ends
 * @throws MalformedError
 */
export function walkAttributes(
  view: DataView,
  start: number,
  end: number,
  take: (type: number, value: number, end: number) => void,
): void {
  for (let at = start; at + attributeHeadBytes <= end; ) {
    const stop = at + readSize(view, at, end);
    take(readType(view, at), at + attributeHeadBytes, stop);
    at = (stop + 3) & ~3;
  }
}

/** The type of an attribute, without the flags that it may carry. */
export function readType(view: DataView, at: number): number {
  return view.getUint16(at + 2, isLittleEndian) & attributeTypeMask;
}

/** The size of an attribute with its head. @throws MalformedError */
export function readSize(view: DataView, at: number, end: number): number {
  const size = view.getUint16(at, isLittleEndian);
  if (size < attributeHeadBytes || at + size > end)
    throw new MalformedError(`netlink message at byte ${at}`, 1, 'the length of an attribute', String(size));
  return size;
}

export function viewBytes(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sliceBytes(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}

/** Text that ends with 0, or with the attribute. */
export function readName(view: DataView, start: number, end: number): string {
  const bytes = sliceBytes(view, start, end);
  const length = bytes.indexOf(0);
  return parseText(length < 0 ? bytes : bytes.subarray(0, length));
}

/** @param end - of what the number lies in */
export function readInt32(view: DataView, at: number, end: number, field: string): number {
  if (at + 4 > end) throw new MalformedError(`netlink message at byte ${at}`, 1, field, `${end - at} bytes`);
  return view.getInt32(at, isLittleEndian);
}

export function readUint32(view: DataView, at: number, end: number, field: string): number {
  return readInt32(view, at, end, field) >>> 0;
}
