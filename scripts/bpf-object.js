// Reads what clang makes of a BPF program: an ELF object, its types (.BTF) and what the compiler says of its instructions
// (.BTF.ext). Documentation/bpf/btf.rst, Documentation/bpf/llvm_reloc.rst

const kinds = ['void', 'int', 'ptr', 'array', 'struct', 'union', 'enum', 'fwd', 'typedef', 'volatile', 'const'].concat([
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
]);

/**
 * @param {Buffer} bytes - a little-endian ELF64 object
 * @returns {{sections: object[], symbols: object[], relocations: Map<string, object[]>, btf: Btf, functions: object[],
 *   coreRelocations: object[]}} sections by number, {name, bytes}; symbols, {name, section, value, size, isFunction};
 *   relocations by the name of the section that they change, {offset, symbol}; functions, {section, offset, type}; CO-RE
 *   relocations, {section, offset, type, access, kind}. Offsets are bytes from the beginning of the section.
 */
export function readBpfObject(bytes) {
  const sections = readSections(bytes);
  const find = (name) => sections.find((section) => section.name === name);
  const symbols = readSymbols(find('.symtab').bytes, find('.strtab').bytes);
  const relocations = new Map();
  for (const { name, type, bytes: entries } of sections)
    if (type === 9 /* SHT_REL */) relocations.set(name.slice('.rel'.length), readRelocations(entries, symbols));
  const btf = new Btf(find('.BTF').bytes);
  return { sections, symbols, relocations, btf, ...readBtfExt(find('.BTF.ext').bytes, btf) };
}

function readSections(bytes) {
  if (bytes.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') throw new Error('not a little-endian ELF64 object');
  const at = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const heads = Array.from({ length: count }, (_, i) => bytes.subarray(at + 64 * i, at + 64 * (i + 1)));
  const sections = heads.map((head) => {
    const begin = Number(head.readBigUInt64LE(24));
    const size = head.readUInt32LE(4) === 8 /* SHT_NOBITS */ ? 0 : Number(head.readBigUInt64LE(32));
    return { nameAt: head.readUInt32LE(0), type: head.readUInt32LE(4), bytes: bytes.subarray(begin, begin + size) };
  });
  const names = sections[bytes.readUInt16LE(62)].bytes;
  return sections.map(({ nameAt, type, bytes: content }) => ({
    name: readString(names, nameAt),
    type,
    bytes: content,
  }));
}

function readSymbols(table, names) {
  return Array.from({ length: table.length / 24 }, (_, i) => {
    const entry = table.subarray(24 * i);
    return {
      name: readString(names, entry.readUInt32LE(0)),
      isFunction: (entry[4] & 15) === 2 /* STT_FUNC */,
      section: entry.readUInt16LE(6),
      value: Number(entry.readBigUInt64LE(8)),
      size: Number(entry.readBigUInt64LE(16)),
    };
  });
}

function readRelocations(entries, symbols) {
  return Array.from({ length: entries.length / 16 }, (_, i) => ({
    offset: Number(entries.readBigUInt64LE(16 * i)),
    symbol: symbols[entries.readUInt32LE(16 * i + 12)],
  }));
}

function readBtfExt(bytes, btf) {
  const begin = bytes.readUInt32LE(4);
  const read = (head, decode) => {
    const at = begin + bytes.readUInt32LE(head);
    const end = at + bytes.readUInt32LE(head + 4);
    const step = bytes.readUInt32LE(at);
    const found = [];
    for (let here = at + 4; here < end; ) {
      const section = btf.string(bytes.readUInt32LE(here));
      const count = bytes.readUInt32LE(here + 4);
      here += 8;
      for (let i = 0; i < count; i++, here += step)
        found.push({ section, offset: bytes.readUInt32LE(here), type: bytes.readUInt32LE(here + 4), ...decode(here) });
    }
    return found;
  };
  return {
    functions: read(8, () => ({})),
    coreRelocations: read(24, (at) => ({
      access: btf.string(bytes.readUInt32LE(at + 8)),
      kind: bytes.readUInt32LE(at + 12),
    })),
  };
}

function readString(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}

/** The types of an object, by number. */
export class Btf {
  #strings;
  #types = [{ kind: 'void', name: '', members: [] }];

  constructor(bytes) {
    const [head, typesAt, typesSize, stringsAt] = [4, 8, 12, 16].map((at) => bytes.readUInt32LE(at));
    this.#strings = bytes.subarray(head + stringsAt);
    const types = bytes.subarray(head + typesAt, head + typesAt + typesSize);
    for (let at = 0; at < types.length; ) at = this.#read(types, at);
  }

  string(at) {
    return readString(this.#strings, at);
  }

  type(id) {
    return this.#types[id];
  }

  /** The first type of that kind and name. */
  find(kind, name) {
    return this.#types.find((type) => type.kind === kind && type.name === name);
  }

  /** What stands behind typedefs and qualifiers. */
  plain(id) {
    const type = this.#types[id];
    return ['typedef', 'volatile', 'const', 'restrict', 'type_tag'].includes(type.kind) ? this.plain(type.of) : type;
  }

  /** In bytes. */
  sizeOf(id) {
    const type = this.plain(id);
    if (type.kind === 'ptr') return 8;
    return type.kind === 'array' ? type.length * this.sizeOf(type.of) : type.size;
  }

  #read(bytes, at) {
    const info = bytes.readUInt32LE(at + 4);
    const word = (index) => bytes.readUInt32LE(at + 12 + 4 * index);
    const count = info & 0xffff;
    const kind = kinds[(info >>> 24) & 31];
    const type = { kind, name: this.string(bytes.readUInt32LE(at)), size: bytes.readUInt32LE(at + 8), members: [] };
    type.of = type.size;
    let words = 0;
    if (kind === 'struct' || kind === 'union' || kind === 'datasec') {
      words = 3 * count;
      for (let i = 0; i < count; i++)
        type.members.push(
          kind === 'datasec'
            ? { type: word(3 * i) }
            : { name: this.string(word(3 * i)), type: word(3 * i + 1), bits: word(3 * i + 2) },
        );
    } else if (kind === 'array') {
      words = 3;
      type.of = word(0);
      type.length = word(2);
    } else if (kind === 'func_proto') {
      words = 2 * count;
      type.parameters = count;
    } else if (kind === 'enum') words = 2 * count;
    else if (kind === 'enum64') words = 3 * count;
    else if (['int', 'var', 'decl_tag'].includes(kind)) words = 1;
    this.#types.push(type);
    return at + 12 + 4 * words;
  }
}
