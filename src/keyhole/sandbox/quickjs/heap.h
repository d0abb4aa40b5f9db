/* The guest's allocator. The C library's, in this toolchain, rounds every block up to a power of two: twice the image.

   Blocks lie end to end and know the size of the one before, so that a freed one merges with its neighbours. Free
   blocks are kept in bins, four to each power of two; the first that is large enough is split. A region is what one or
   several adjacent memory.grow gave; it ends in a fence, a block of only a header that is never free.
   QuickJS carves its small objects out of 4 KB blocks itself, so blocks here are few and large. Alignment: 8. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct Block {
    uint32_t before; /* size of the block before in memory; 0 for the first of a region */
    uint32_t size;   /* with this header, a multiple of 8; the lowest bit says that it is in use */
    struct Block *next, *previous; /* in its bin, while it is free */
} Block;

enum { HEADER = 8, SMALLEST = sizeof(Block), USED = 1, BINS = 128, TRIES = 16 };
static Block *bins[BINS];
static uint64_t filled[BINS / 64]; /* which bins hold a block */
static Block *fence;               /* of the last region */
static char *spare, *spare_end;    /* pages that the memory has already, to be used before it grows */

static inline uint32_t size_of(const Block *block) { return block->size & ~USED; }
static inline Block *after(Block *block) { return (Block *)((char *)block + size_of(block)); }
static inline Block *block_of(const void *data) { return (Block *)((char *)data - HEADER); }

static inline int bin_of(uint32_t size) {
    int power = 31 - __builtin_clz(size);
    return power * 4 + (size >> (power - 2) & 3);
}

static void insert(Block *block) {
    int bin = bin_of(block->size);
    block->previous = NULL;
    block->next = bins[bin];
    if (block->next) block->next->previous = block;
    bins[bin] = block;
    filled[bin / 64] |= 1ull << bin % 64;
}

static void take_out(Block *block) {
    int bin = bin_of(block->size);
    if (block->next) block->next->previous = block->previous;
    if (block->previous) {
        block->previous->next = block->next;
    } else if (!(bins[bin] = block->next)) {
        filled[bin / 64] &= ~(1ull << bin % 64);
    }
}

/* Make [block, block + size) free, merged with free neighbours. */
static void release(Block *block, uint32_t size) {
    Block *next = (Block *)((char *)block + size);
    if (!(next->size & USED)) {
        take_out(next);
        size += next->size;
    }
    if (block->before) {
        Block *previous = (Block *)((char *)block - block->before);
        if (!(previous->size & USED)) {
            take_out(previous);
            size += previous->size;
            block = previous;
        }
    }
    block->size = size;
    after(block)->before = size;
    insert(block);
}

/* Cut a block in use down to `size`, where what remains is worth a block. */
static void trim(Block *block, uint32_t size) {
    uint32_t rest = size_of(block) - size;
    if (rest < SMALLEST) return;
    block->size = size | USED;
    Block *tail = after(block);
    tail->before = size;
    release(tail, rest);
}

/* Whole pages at the end of the heap, or NULL. */
static char *take_pages(size_t bytes) {
    if (bytes <= (size_t)(spare_end - spare)) return (spare += bytes) - bytes;
    size_t page = __builtin_wasm_memory_grow(0, bytes >> 16);
    return page == SIZE_MAX ? NULL : (char *)(page * 65536);
}

static bool grow(uint32_t size) {
    size_t least = (size + 2 * HEADER + 65535) & ~65535u, bytes = least < 1 << 20 ? 1 << 20 : least;
    char *start = take_pages(bytes);
    if (!start && !(start = take_pages(bytes = least))) return false;
    Block *block = fence && (char *)fence + HEADER == start ? fence : (Block *)start;
    if (block != fence) block->before = 0;
    fence = (Block *)(start + bytes - HEADER);
    fence->size = HEADER | USED;
    release(block, (char *)fence - (char *)block);
    return true;
}

static Block *find(uint32_t size) {
    int bin = bin_of(size), tries = TRIES;
    for (Block *block = bins[bin]; block && tries--; block = block->next)
        if (block->size >= size) return block;
    for (bin++; bin < BINS; bin = (bin / 64 + 1) * 64) {
        uint64_t rest = filled[bin / 64] >> bin % 64;
        if (rest) return bins[bin + __builtin_ctzll(rest)];
    }
    return NULL;
}

static uint32_t block_size(size_t size) {
    uint32_t whole = (size + HEADER + 7) & ~7u;
    return whole < SMALLEST ? SMALLEST : whole;
}

static void *block_malloc(size_t size) {
    if (size > 0xF0000000u) return NULL;
    uint32_t whole = block_size(size);
    Block *block = find(whole);
    if (!block && !(grow(whole) && (block = find(whole)))) return NULL;
    take_out(block);
    block->size |= USED;
    trim(block, whole);
    return (char *)block + HEADER;
}

static void block_free(void *data) {
    if (data) release(block_of(data), size_of(block_of(data)));
}

static size_t block_usable(const void *data) { return data ? size_of(block_of(data)) - HEADER : 0; }

static void *block_realloc(void *data, size_t size) {
    if (!data) return block_malloc(size);
    if (size > 0xF0000000u) return NULL;
    Block *block = block_of(data), *next = after(block);
    uint32_t whole = block_size(size), have = size_of(block);
    if (have < whole && !(next->size & USED) && have + next->size >= whole) {
        take_out(next);
        block->size += next->size;
        after(block)->before = have = size_of(block);
    }
    if (have >= whole) {
        trim(block, whole);
        return data;
    }
    void *moved = block_malloc(size);
    if (moved) {
        memcpy(moved, data, have - HEADER);
        block_free(data);
    }
    return moved;
}
