/*
 * Included before every file of the addon: binds calls to versions of symbols that an older glibc has too, so that a
 * prebuilt addon linked against a new one loads wherever Node itself runs (2.28). Only what moved is named here;
 * scripts/prebuild.js fails on any other symbol that is too new. Nothing changes for musl.
 */
#include <features.h>
#ifdef __GLIBC__
#include <pthread.h>
#include <sys/stat.h>

#if defined __x86_64__
#define OLDEST_GLIBC "GLIBC_2.2.5"
#define STAT_VERSION 1
#elif defined __aarch64__
#define OLDEST_GLIBC "GLIBC_2.17"
#define STAT_VERSION 0
#endif

#ifdef OLDEST_GLIBC
/* 2.32 and 2.34 moved the threads into libc, under new versions; the old ones are there still. */
#define KEEP_OLD(name) __asm__(".symver " #name ", " #name "@" OLDEST_GLIBC)
KEEP_OLD(pthread_create);
KEEP_OLD(pthread_detach);
KEEP_OLD(pthread_join);
KEEP_OLD(pthread_kill);
KEEP_OLD(pthread_sigmask);

/* 2.33 made functions of these; before, the header did what follows. */
int __fxstat(int version, int fd, struct stat *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
#define fstat(fd, st) __fxstat(STAT_VERSION, fd, st)
#define fstatat(dirfd, path, st, flags) __fxstatat(STAT_VERSION, dirfd, path, st, flags)
#endif
#endif
