/* One thread for what blocks. */
#include "base/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/loop.h"
#include "base/must.h"

struct work {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t come;
	/* Under the lock. */
	struct list waiting, ended;
	size_t pending;
	bool stop;

	int wake; /* eventfd: something has ended */
	struct event *told;
};

static struct work_task *first_of(struct list *list)
{
	struct work_task *task = list_empty(list) ? NULL : list_entry(list->next, struct work_task, in);

	if (task)
		list_remove(&task->in);
	return task;
}

static void *live(void *arg)
{
	struct work *w = arg;
	struct work_task *task;
	const uint64_t one = 1;

	pthread_mutex_lock(&w->lock);
	while (!w->stop || !list_empty(&w->waiting)) {
		task = first_of(&w->waiting);
		if (!task) {
			pthread_cond_wait(&w->come, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		task->run(task);
		pthread_mutex_lock(&w->lock);
		list_append(&w->ended, &task->in);
		w->pending--;
		must(write(w->wake, &one, sizeof(one)) == sizeof(one));
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void tell(struct work *w)
{
	struct work_task *task;

	do {
		pthread_mutex_lock(&w->lock);
		task = first_of(&w->ended);
		pthread_mutex_unlock(&w->lock);
		if (task)
			task->done(task);
	} while (task);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
	uint64_t n;

	(void)what;
	if (read(fd, &n, sizeof(n)) == sizeof(n))
		tell(arg);
}

/* Signals are for the loop, but for that of a system call which is not allowed: it is the caller's. */
static int start(struct work *w)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, NULL, live, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void release(struct work *w)
{
	if (w->told)
		event_free(w->told);
	if (w->wake >= 0)
		close(w->wake);
	pthread_cond_destroy(&w->come);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

struct work *work_new(struct event_base *loop)
{
	struct work *w = fail_malloc(sizeof(*w));

	if (!w)
		return NULL;
	*w = (struct work){.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	list_init(&w->waiting);
	list_init(&w->ended);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->come, NULL);
	w->told = w->wake >= 0 ? event_new(loop, w->wake, EV_READ | EV_PERSIST, on_wake, w) : NULL;
	if (w->told)
		loop_urgent(w->told);
	if (!w->told || event_add(w->told, NULL) < 0 || start(w) != 0) {
		release(w);
		return NULL;
	}
	return w;
}

void work_do(struct work *work, struct work_task *task)
{
	list_init(&task->in);
	pthread_mutex_lock(&work->lock);
	list_append(&work->waiting, &task->in);
	work->pending++;
	pthread_cond_signal(&work->come);
	pthread_mutex_unlock(&work->lock);
}

size_t work_waiting(struct work *work)
{
	size_t n;

	pthread_mutex_lock(&work->lock);
	n = work->pending;
	pthread_mutex_unlock(&work->lock);
	return n;
}

void work_free(struct work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&work->lock);
	work->stop = true;
	pthread_cond_signal(&work->come);
	pthread_mutex_unlock(&work->lock);
	pthread_join(work->thread, NULL);
	tell(work);
	release(work);
}
