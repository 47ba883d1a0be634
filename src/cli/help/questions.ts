// Questions that people ask first, each with the command that answers it: the examples of the manual page.

export interface Question {
  readonly question: string;
  readonly command: string;
}

export const questions: readonly Question[] = [
  { question: 'Which container is process 812 in, and in which namespaces?', command: 'nscope 812' },
  { question: 'Who is in the network namespace that ip netns calls blue?', command: 'nscope ps net:blue' },
  { question: 'What holds it, and which command releases each holder?', command: 'nscope holders net:blue' },
  { question: 'Why is this mount busy, and what releases it?', command: 'nscope busy /mnt/data' },
  { question: 'Which namespaces does a container have that the host does not?', command: 'nscope ls docker:web' },
  { question: 'Which containers, sandboxes and named networks run here?', command: 'nscope workloads' },
  { question: 'What is wrong here, and what fixes it?', command: 'nscope doctor' },
  { question: 'Why does unshare say “No space left on device”?', command: 'nscope quota 812' },
  { question: 'Whose veth is this, and who answers on port 53?', command: 'nscope net --link veth12ab34c' },
  { question: 'Which containers share what with the host, and may do what to it?', command: 'nscope audit' },
  { question: 'Which namespaces have no process?', command: 'nscope ls --hidden' },
  { question: 'Which PID does process 812 have in its container?', command: 'nscope pid 812' },
  { question: 'Which PID here is PID 1 of the container?', command: 'nscope pid 1 --in docker:web' },
  {
    question: 'Where did my mount go, and what does the container have mounted?',
    command: 'nscope mounts 1 docker:web',
  },
  { question: 'Where does a file of the container lie here?', command: 'nscope mounts docker:web --path /data/db' },
  { question: 'Which namespaces do two processes share?', command: 'nscope diff 812 self' },
  { question: 'What changed since yesterday?', command: 'nscope diff yesterday.json now' },
  { question: 'May this process enter that namespace?', command: 'nscope caps 812 net:blue' },
  {
    question: 'Why can bwrap not make a namespace here?',
    command: 'nscope why -- bwrap --unshare-all --ro-bind / / true',
  },
  { question: 'Am I in a container?', command: 'nscope detect' },
  { question: 'What does a test suite leave behind?', command: 'nscope ci -- make test' },
  {
    question: 'Run a command in the network of a container, with the programs of the host.',
    command: 'nscope enter --type net docker:web -- ss -tln',
  },
];
