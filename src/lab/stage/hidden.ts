// What leads to a namespace: links in /proc, and the holder that nscope finds.
import type { Stage } from './stage.ts';

/** @param tasks - directories below /proc; all threads that can be read, unless it says otherwise */
export async function countLinks(stage: Stage, name: string, tasks = '[0-9]*/task/[0-9]*'): Promise<string> {
  const type = name.slice(0, name.indexOf(':'));
  const { output } = await stage.try(`readlink /proc/${tasks}/ns/${type} 2>/dev/null | grep -cF '${name}'`);
  return output;
}

/** The first holder: its kind, and its PID or its path. */
export async function findHolder(stage: Stage, name: string): Promise<string | undefined> {
  const words = ['nscope', 'holders', name, '-o', 'kind,pid,path', '--no-header'];
  const output = await stage.run(words);
  const [kind, pid, path] = output.split('\n')[0]?.trim().split(/\s+/) ?? [];
  return kind === undefined ? undefined : `${kind} ${pid === '-' ? path : pid}`;
}
