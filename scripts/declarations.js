// Copies the declarations that the published entry points lead to, so that a consumer needs no other package.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const specifier = /(\bfrom\s+|\bimport\s*\(?\s*)(['"])([^'"]+)\2/g;

/**
 * @param {{ from: string, to: string, entries: string[], replaced: Map<string, string> }} options - directories,
 *   files relative to `from`, and the text of files that are not to be taken as they are
 * @throws Error where a declaration imports another package: that would have to be installed beside nscope
 */
export function copyDeclarations({ from, to, entries, replaced }) {
  const queue = [...entries];
  const seen = new Set(queue);
  for (const file of queue) {
    const text = replaced.get(file) ?? readFileSync(join(from, file), 'utf8');
    const written = text.replace(/^\/\/# sourceMappingURL=.*\n?/gm, '').replace(specifier, (_, head, quote, path) => {
      if (path.startsWith('node:')) return `${head}${quote}${path}${quote}`;
      if (!path.startsWith('.'))
        throw new Error(`${join(from, file)}: the published types would need the package ${path}`);
      // A declaration file is found under the name of the script that it describes, whatever the resolution.
      const script = path.replace(/\.ts$/, '.js');
      const next = join(dirname(file), script.replace(/\.js$/, '.d.ts'));
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
      return `${head}${quote}${script}${quote}`;
    });
    mkdirSync(dirname(join(to, file)), { recursive: true });
    writeFileSync(join(to, file), written);
  }
}
