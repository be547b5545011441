#ifndef TIEPDAN_BASE_LIST_H
#define TIEPDAN_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Intrusive doubly linked ring. A head and a node are the same thing; list_init() both. */
struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

/* Puts `node`, which must be in no list, last. */
static inline void list_append(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

/* The struct that holds this node. */
#define list_entry(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* `it` may be removed inside the loop: the next node is remembered. */
#define list_each(it, head)                                                                                  \
	for (struct list *it = (head)->next, *it##_next = it->next; it != (head);                            \
		it = it##_next, it##_next = it->next)

#endif
