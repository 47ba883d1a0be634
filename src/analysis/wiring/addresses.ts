// Addresses as people write them: IPv4, IPv6, networks in CIDR, MACs.

/** An address, or all of a network. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** As parseAddressRange, and "10.0.0.7-10.0.0.9": as a snapshot has what rules compare. */
export function parseRuleRange(text: string): AddressRange | undefined {
  const [from = '', to] = text.split('-');
  const [first, last] = [parseAddressRange(from), to === undefined ? undefined : parseAddressRange(to)];
  return first && last ? { ...first, last: last.last } : first;
}

/** Whether they have an address in common. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/** "10.0.0.7", "10.0.0.0/24", "fd00::7", "fd00::/64"; undefined for anything else. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const [word = '', length, ...more] = text.split('/');
  const address = parseAddress(word);
  if (!address || more.length > 0) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (prefix < 0 || prefix > bits) return undefined;
  const rest = (1n << BigInt(bits - prefix)) - 1n;
  return { family: address.family, first: address.value & ~rest, last: address.value | rest };
}

export function isInRange(text: string, { family, first, last }: AddressRange): boolean {
  const address = parseAddress(text);
  return address?.family === family && address.value >= first && address.value <= last;
}

function parseAddress(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  const four = parse4(text);
  if (four !== undefined) return { family: 4, value: four };
  const six = parse6(text);
  return six === undefined ? undefined : { family: 6, value: six };
}

function parse4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parse6(text: string): bigint | undefined {
  // The last 32 bits may be written as IPv4.
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text);
  const tail = dotted ? parse4(dotted[2] ?? '') : undefined;
  if (dotted && tail === undefined) return undefined;
  const whole =
    dotted && tail !== undefined ? `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}` : text;
  const halves = whole.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const words = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!words.every((word) => /^[\da-f]{1,4}$/i.test(word))) return undefined;
  return words.reduce((value, word) => (value << 16n) | BigInt(`0x${word}`), 0n);
}

/** "02:42:AC-11-00-02" as the kernel writes it; undefined for what is not an address of 6 bytes, or of 20 as InfiniBand's. */
export function parseMac(text: string): string | undefined {
  const bytes = text.toLowerCase().split(/[:-]/);
  const isMac = (bytes.length === 6 || bytes.length === 20) && bytes.every((byte) => /^[\da-f]{2}$/.test(byte));
  return isMac ? bytes.join(':') : undefined;
}
