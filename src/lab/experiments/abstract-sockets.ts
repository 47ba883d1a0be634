import { documents, type Experiment } from '../stage/experiment.ts';

export const abstractSockets: Experiment = {
  name: 'abstract-sockets',
  claim:
    'Abstract unix sockets belong to a network namespace and stay behind; those in the file system can still be connected to.',
  source: documents.readers,
  async perform(stage) {
    const path = `${stage.directory}/socket`;
    const abstract = `nscope-lab-${process.pid}`;
    const names = `['\\0${abstract}', '${path}']`;
    const listen = `for (const name of ${names}) net.createServer((socket) => socket.end()).listen(name); setTimeout(() => console.log('ready'), 0)`;
    const connect = `for (const name of ${names}) net.connect(name).on('connect', () => console.log(name.length, 'connected')).on('error', (error) => console.log(name.length, error.code))`;
    const server = await stage.makeWith([
      ...stage.runIn('mnt'),
      'sh',
      '-c',
      `mount -t tmpfs lab ${stage.directory} && exec "$@"`,
      'sh',
      'node',
      '-e',
      listen,
    ]);
    const read = (output: string, name: string) => new RegExp(`^${name.length} (.+)$`, 'm').exec(output)?.[1];
    const same = await stage.run([...stage.enter(server), 'node', '-e', connect]);
    stage.expect('the abstract socket, from the same network namespace', read(same, `.${abstract}`), 'connected');
    const other = await stage.run([...stage.enter(server), 'nscope', 'run', '--net', '--', 'node', '-e', connect]);
    stage.expect('the abstract socket, from a new one', read(other, `.${abstract}`), 'ECONNREFUSED');
    stage.expect('the socket in the file system, from a new one', read(other, path), 'connected');
  },
};
