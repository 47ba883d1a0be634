// Writes docs/api.md: every export of nscope, nscope/model and nscope/analysis, with its declaration and its docstring.
//   node scripts/api-reference.js [--check]
// Reads dist/types, which is what the package publishes, with the parser of the TypeScript that compiles nscope: a
// documentation generator would bring a second, older TypeScript of its own. --check says whether docs/api.md is current.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
const document = join(root, 'docs/api.md');

/** What each entry point is, in a sentence. An export stands under the first that has it; the last comes first. */
const entries = [
  [
    'nscope/model',
    'model/index.d.ts',
    'The snapshot, its schema and its validator, facts and events. Pure: runs in a browser.',
  ],
  [
    'nscope/analysis',
    'analysis/index.d.ts',
    'One function for each question that people ask of a snapshot. Pure: runs in a browser.',
  ],
  ['nscope', 'index.d.ts', 'Reads this host. It also has everything of the two others.'],
];
const groups = ['Functions', 'Classes', 'Constants', 'Types'];
const groupOf = new Map([
  [SyntaxKind.FunctionDeclaration, 'Functions'],
  [SyntaxKind.ClassDeclaration, 'Classes'],
  [SyntaxKind.VariableStatement, 'Constants'],
  [SyntaxKind.InterfaceDeclaration, 'Types'],
  [SyntaxKind.TypeAliasDeclaration, 'Types'],
]);

const text = describe();
if (!process.argv.includes('--check')) writeFileSync(document, text);
else if (readFileSync(document, 'utf8') !== text) {
  process.stderr.write('docs/api.md is not current: npm run build && node scripts/api-reference.js\n');
  process.exitCode = 1;
}

function describe() {
  const directory = mkdtempSync(join(root, 'build/api-'));
  const config = join(directory, 'tsconfig.json');
  const files = entries.map(([, file]) => join(types, file));
  writeFileSync(config, JSON.stringify({ compilerOptions: { module: 'nodenext', noEmit: true }, files }));
  const api = new API({ cwd: directory });
  try {
    const { program } = api.updateSnapshot({ openProjects: [config] }).getProjects()[0];
    return formatDocument((file) => {
      const source = program.getSourceFile(file);
      if (!source) throw new Error(`${file} is not there: npm run build makes it`);
      return source;
    });
  } finally {
    api.close();
    rmSync(directory, { recursive: true });
  }
}

function formatDocument(parse) {
  const seen = new Set();
  const sections = entries.map(([name, file, sentence]) => {
    const found = [...listExports(parse, join(types, file))].filter(([, { key }]) => !seen.has(key));
    for (const [, { key }] of found) seen.add(key);
    return [`## ${name}`, sentence, ...groups.flatMap((group) => formatGroup(group, found))];
  });
  sections.unshift(...sections.splice(-1));
  const contents = [...entries.slice(-1), ...entries.slice(0, -1)]
    .map(([name]) => `- [${name}](#${name.replace('/', '')})`)
    .join('\n');
  const opening = [
    '# API reference',
    '<!-- Made from the docstrings by scripts/api-reference.js: not to be edited. -->',
    'Every export of the library with its declaration. What an option or a field means stands in its declaration.',
    contents,
  ];
  return `${[...opening, ...sections.flat()].join('\n\n')}\n`;
}

function formatGroup(group, found) {
  const own = found.filter(([, { nodes }]) => groupOf.get(nodes[0].kind) === group);
  own.sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return own.length > 0 ? [`### ${group}`, ...own.flatMap(([name, one]) => formatExport(name, one))] : [];
}

/** By its public name, what an entry point exports: the declaration, and the file that has it. */
function listExports(parse, file) {
  const source = parse(file);
  const found = new Map();
  for (const node of source.statements) {
    if (node.kind === SyntaxKind.ExportDeclaration && node.moduleSpecifier) {
      const target = resolve(dirname(file), node.moduleSpecifier.text.replace(/\.js$/, '.d.ts'));
      const inside = listExports(parse, target);
      const clause = node.exportClause;
      if (!clause) for (const [name, one] of inside) found.set(name, one);
      else
        for (const { propertyName, name } of clause.elements) {
          const one = inside.get((propertyName ?? name).text);
          if (!one) throw new Error(`${target} exports no ${(propertyName ?? name).text}`);
          found.set(name.text, one);
        }
    } else if (groupOf.has(node.kind) && node.modifiers?.some(({ kind }) => kind === SyntaxKind.ExportKeyword)) {
      const names = node.declarationList?.declarations.map(({ name }) => name.text) ?? [node.name.text];
      for (const name of names) {
        // A function may be declared several times, one way to call it each: the docstring stands at the first.
        const before = found.get(name);
        if (before) before.nodes.push(node);
        else found.set(name, { key: `${file} ${name}`, nodes: [node], source, name });
      }
    }
  }
  return found;
}

function formatExport(name, { nodes, source, name: own }) {
  const texts = nodes.map(({ pos, end }) => source.text.slice(pos, end));
  const { description, tags } = readDocstring(texts[0]);
  const declared = texts
    .map(pickDeclaration)
    .join('\n')
    .replace(new RegExp(`\\b${own}\\b`), name);
  return [
    `#### ${name}`,
    ...(description === '' ? [] : [description]),
    `\`\`\`ts\n${declared}\n\`\`\``,
    ...(tags.length === 0 ? [] : [tags.map(formatTag).join('\n')]),
  ];
}

/** A declaration without its docstring, and without what is private. */
function pickDeclaration(text) {
  return text
    .replace(/^(?:\s*\/\*\*[\s\S]*?\*\/|\s*\/\/.*)*\s*/, '')
    .replace(/^export (?:declare )?/, '')
    .replace(/^ +(?:#private;|private .*;)\n/gm, '');
}

/** The last block comment before a declaration, without its stars. */
function readDocstring(declaration) {
  const comment =
    /^(?:\s*\/\/.*\n|\s*\/\*\*[\s\S]*?\*\/)*?\s*\/\*\*([\s\S]*?)\*\/\s*(?=\w)/.exec(declaration)?.[1] ?? '';
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const [description = '', ...tags] = lines.join('\n').split(/(?:^|\s)@(?=(?:param|returns|throws|see)\b)/);
  return { description: description.trim(), tags: tags.map((tag) => tag.replace(/\s+/g, ' ').trim()) };
}

function formatTag(tag) {
  const [, kind = '', rest = ''] = /^(\w+) ?(.*)$/.exec(tag) ?? [];
  const parameter = kind === 'param' ? /^(\S+)(?: - )?(.*)$/.exec(rest) : undefined;
  if (parameter) return `- \`${parameter[1]}\`: ${parameter[2]}`;
  return `- ${{ returns: 'Returns', throws: 'Throws', see: 'See' }[kind]} ${rest}`;
}
