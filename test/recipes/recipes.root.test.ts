// The recipes that are tried with network namespaces, BPF and mounts.
import { tryRecipes } from './kitchen.ts';
import { rootScenes } from './root-scenes.ts';

tryRecipes(rootScenes);
