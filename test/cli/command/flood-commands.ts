// A process with more events at once than may wait for a command, until SIGTERM.
import { EventCommands } from '../../../src/cli/command/event-commands.ts';

const commands = new EventCommands(['true'], { jobs: 8, timeoutMs: 60_000 });
process.on('SIGTERM', () => commands.stop());
for (let i = 0; i < Number(process.argv[2]); i++) commands.run({ line: `{"seq":${i}}`, variables: {} });
await commands.finish();
