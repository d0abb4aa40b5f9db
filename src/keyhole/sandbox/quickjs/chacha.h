/* ChaCha20 as RFC 8439, section 2.3, describes it: the keystream of one key, with a nonce of zeros. */

#include <stdint.h>
#include <string.h>

static struct {
    uint32_t key[8], block[16];
    uint32_t counter, left; /* the next block's number; bytes of this one not yet given */
} chance;

static void seed_chance(const void *key) {
    memcpy(chance.key, key, sizeof chance.key);
    chance.counter = chance.left = 0;
}

static inline uint32_t rotate(uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

static inline void quarter(uint32_t *x, int a, int b, int c, int d) {
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = rotate(x[b] ^ x[c], 7);
}

static void next_block(void) {
    const uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, chance.key[0], chance.key[1],
                                chance.key[2], chance.key[3], chance.key[4], chance.key[5], chance.key[6],
                                chance.key[7], chance.counter++, 0, 0, 0};
    uint32_t *x = memcpy(chance.block, start, sizeof start);
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++) quarter(x, i, i + 4, i + 8, i + 12);
        for (int i = 0; i < 4; i++) quarter(x, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12);
    }
    for (int i = 0; i < 16; i++) x[i] += start[i];
    chance.left = sizeof chance.block;
}

static void chance_bytes(void *to, size_t count) {
    for (char *out = to; count;) {
        if (!chance.left) next_block();
        size_t some = count < chance.left ? count : chance.left;
        memcpy(out, (char *)chance.block + sizeof chance.block - chance.left, some);
        chance.left -= some, count -= some, out += some;
    }
}
