// Which files can be meant by the name of a command: the search of execvp(3).
import { accessSync, constants } from 'node:fs';

/** A name with a slash is a path; any other is looked for in the directories of PATH, an empty one being the current. */
export function listPrograms(name: string, path: string | undefined): string[] {
  if (name === '' || name.includes('/')) return [name];
  return (path ?? usualPath).split(':').map((directory) => `${directory === '' ? '.' : directory}/${name}`);
}

/** Whether one of these files may be executed by nscope's user. */
export function canExecute(name: string, path: string | undefined): boolean {
  return listPrograms(name, path).some((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where PATH is not set. */
const usualPath = '/usr/local/bin:/usr/bin:/bin';
