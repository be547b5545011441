/* Counters and gauges of all processes in shared memory, and their exposition as text. */
#include "base/metric.h"

#include <stdatomic.h>
#include <string.h>

#include <sys/mman.h>

#include "base/must.h"

enum kind {
	COUNTER,
	GAUGE,
	HISTOGRAM
};

static const struct {
	const char *name;
	const char *help;
	enum kind kind;
} rows[METRIC_COUNT] = {
#define METRIC(name, kind, help) {#name, help, kind},
#include "base/metric.def"
};

/* Upper bounds of the latency buckets: 1, 2, 5 in each decade. The last bucket has none. */
static const struct {
	int64_t microseconds;
	const char *seconds;
} bounds[METRIC_BUCKETS - 1] = {
	{100, "0.0001"},
	{200, "0.0002"},
	{500, "0.0005"},
	{1000, "0.001"},
	{2000, "0.002"},
	{5000, "0.005"},
	{10000, "0.01"},
	{20000, "0.02"},
	{50000, "0.05"},
	{100000, "0.1"},
	{200000, "0.2"},
	{500000, "0.5"},
	{1000000, "1.0"},
	{2000000, "2.0"},
	{5000000, "5.0"},
	{10000000, "10.0"},
	{20000000, "20.0"},
	{50000000, "50.0"},
	{100000000, "100.0"},
};

enum {
	CLASSES = 5 /* 1xx to 5xx */
};

struct route {
	_Atomic int64_t classes[CLASSES];
	_Atomic int64_t buckets[METRIC_BUCKETS];
	_Atomic int64_t microseconds;
};

struct slot {
	_Atomic int64_t values[METRIC_COUNT];
	struct route routes[METRIC_ROUTES];
};

static struct slot *slots;
static struct slot *mine;

/* The sums of one route over all slots. */
struct route_sum {
	int64_t classes[CLASSES];
	int64_t buckets[METRIC_BUCKETS];
	int64_t microseconds;
	int64_t count;
};

static void add(_Atomic int64_t *value, int64_t n)
{
	atomic_fetch_add_explicit(value, n, memory_order_relaxed);
}

static int64_t get(const _Atomic int64_t *value)
{
	return atomic_load_explicit(value, memory_order_relaxed);
}

void metric_init(void)
{
	void *shared;

	must(!slots);
	shared = mmap(NULL, METRIC_SLOTS * sizeof(struct slot), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED);
	slots = shared;
	mine = slots;
}

void metric_left(unsigned slot)
{
	must(slots && slot < METRIC_SLOTS);
	for (int i = 0; i < METRIC_COUNT; i++)
		if (rows[i].kind == GAUGE)
			atomic_store_explicit(&slots[slot].values[i], 0, memory_order_relaxed);
}

void metric_slot(unsigned slot)
{
	metric_left(slot);
	mine = &slots[slot];
}

void metric_add(enum metric metric, int64_t n)
{
	if (mine)
		add(&mine->values[metric], n);
}

void metric_set(enum metric metric, int64_t value)
{
	must(rows[metric].kind == GAUGE);
	if (mine)
		atomic_store_explicit(&mine->values[metric], value, memory_order_relaxed);
}

int64_t metric_total(enum metric metric)
{
	int64_t sum = 0;

	for (unsigned slot = 0; slots && slot < METRIC_SLOTS; slot++)
		sum += get(&slots[slot].values[metric]);
	return sum;
}

void metric_request(unsigned route, unsigned status, int64_t microseconds)
{
	unsigned class = status / 100 - 1;
	unsigned bucket = 0;
	struct route *r;

	must(route < METRIC_ROUTES && class < CLASSES);
	if (!mine)
		return;
	while (bucket < METRIC_BUCKETS - 1 && microseconds > bounds[bucket].microseconds)
		bucket++;
	r = &mine->routes[route];
	add(&r->classes[class], 1);
	add(&r->buckets[bucket], 1);
	add(&r->microseconds, microseconds);
}

static const char *suffix(enum kind kind)
{
	return kind == COUNTER ? "_total" : "";
}

/* OpenMetrics names a counter's family without the suffix of its sample. */
static void print_head(struct buf *out, const char *name, enum kind kind, const char *help, bool openmetrics)
{
	static const char *const types[] = {
		[COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram"};
	const char *end = openmetrics ? "" : suffix(kind);

	buf_printf(out, "# HELP tiepdan_%s%s %s\n", name, end, help);
	buf_printf(out, "# TYPE tiepdan_%s%s %s\n", name, end, types[kind]);
}

static void print_values(struct buf *out, bool openmetrics)
{
	for (int i = 0; i < METRIC_COUNT; i++) {
		print_head(out, rows[i].name, rows[i].kind, rows[i].help, openmetrics);
		buf_printf(out, "tiepdan_%s%s %lld\n", rows[i].name, suffix(rows[i].kind),
			(long long)metric_total((enum metric)i));
	}
}

static void sum_route(unsigned route, struct route_sum *ret_sum)
{
	memset(ret_sum, 0, sizeof(*ret_sum));
	for (int slot = 0; slot < METRIC_SLOTS; slot++) {
		const struct route *r = &slots[slot].routes[route];

		for (int i = 0; i < CLASSES; i++)
			ret_sum->classes[i] += get(&r->classes[i]);
		for (int i = 0; i < METRIC_BUCKETS; i++)
			ret_sum->buckets[i] += get(&r->buckets[i]);
		ret_sum->microseconds += get(&r->microseconds);
	}
	/* Counted from the buckets, so that _count equals the bucket +Inf also while others write. */
	for (int i = 0; i < METRIC_BUCKETS; i++)
		ret_sum->count += ret_sum->buckets[i];
}

static void put_label(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_put(out, STR("\\n"));
		else if (*text == '"' || *text == '\\')
			buf_put(out, (struct str){(char[]){'\\', *text}, 2});
		else
			buf_byte(out, *text);
	}
}

static void print_classes(struct buf *out, const char *name, const struct route_sum *sum)
{
	for (int i = 0; i < CLASSES; i++) {
		if (sum->classes[i] == 0)
			continue;
		buf_put(out, STR("tiepdan_http_requests_total{route=\""));
		put_label(out, name);
		buf_printf(out, "\",class=\"%dxx\"} %lld\n", i + 1, (long long)sum->classes[i]);
	}
}

static void print_histogram(struct buf *out, const char *name, const struct route_sum *sum)
{
	int64_t so_far = 0;

	if (sum->count == 0)
		return;
	for (int i = 0; i < METRIC_BUCKETS; i++) {
		so_far += sum->buckets[i];
		buf_put(out, STR("tiepdan_http_request_seconds_bucket{route=\""));
		put_label(out, name);
		buf_printf(out, "\",le=\"%s\"} %lld\n", i < METRIC_BUCKETS - 1 ? bounds[i].seconds : "+Inf",
			(long long)so_far);
	}
	buf_put(out, STR("tiepdan_http_request_seconds_sum{route=\""));
	put_label(out, name);
	buf_printf(out, "\"} %lld.%06lld\n", (long long)(sum->microseconds / 1000000),
		(long long)(sum->microseconds % 1000000));
	buf_put(out, STR("tiepdan_http_request_seconds_count{route=\""));
	put_label(out, name);
	buf_printf(out, "\"} %lld\n", (long long)sum->count);
}

/* A family's samples must stand together, so the routes are walked once for each of the two. */
static void print_routes(struct buf *out, const char *const *route_names, unsigned n,
	void (*print)(struct buf *out, const char *name, const struct route_sum *sum))
{
	struct route_sum sum;

	for (unsigned i = 0; i < n && i < METRIC_ROUTES - 1; i++) {
		sum_route(i, &sum);
		print(out, route_names[i], &sum);
	}
	sum_route(METRIC_ROUTES - 1, &sum);
	print(out, "none", &sum);
}

void metric_print(struct buf *out, const char *const *route_names, unsigned n, bool openmetrics)
{
	must(slots);
	print_values(out, openmetrics);
	print_head(out, "http_requests", COUNTER, "requests answered", openmetrics);
	print_routes(out, route_names, n, print_classes);
	print_head(out, "http_request_seconds", HISTOGRAM, "time from the head of a request to its answer",
		openmetrics);
	print_routes(out, route_names, n, print_histogram);
	if (openmetrics)
		buf_put(out, STR("# EOF\n"));
}
