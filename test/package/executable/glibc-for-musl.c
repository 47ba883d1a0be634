// What glibc's libstdc++ asks of its C library and musl does not have: enough to start a program that is linked with musl.
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded;
struct {
	unsigned words[4];
} __cpu_model;

unsigned arc4random(void)
{
	unsigned value = 0;
	if (getrandom(&value, sizeof value, 0) != sizeof value) abort();
	return value;
}

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, void *locale)
{
	(void)locale;
	return strftime(text, size, format, time);
}

int __cxa_thread_atexit_impl(void (*end)(void *), void *object, void *library)
{
	(void)end, (void)object, (void)library;
	return 0;
}

// Not found: then the caller walks over the program headers.
int _dl_find_object(void *address, void *result)
{
	(void)address, (void)result;
	return -1;
}

int __cpu_indicator_init(void)
{
	return 0;
}
