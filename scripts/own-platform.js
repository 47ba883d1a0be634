// The platform that this machine is, as the addons and the executables are named by.

const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';

/** "x64-glibc" */
export const ownPlatform = `${process.arch}-${libc}`;
