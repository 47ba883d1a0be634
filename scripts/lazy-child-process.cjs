// Stands for node:child_process in commander, which needs it for subcommands that are programs of their own: nscope has
// none, and loading it takes 6 ms.
module.exports = {
  get spawn() {
    return require('node:child_process').spawn;
  },
};
