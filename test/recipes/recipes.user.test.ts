// The recipes that need no privilege.
import { tryRecipes } from './kitchen.ts';
import { userScenes } from './user-scenes.ts';

tryRecipes(userScenes);
