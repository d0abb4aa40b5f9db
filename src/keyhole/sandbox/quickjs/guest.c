/* The guest: QuickJS-ng behind ten exports and two imports, built to WebAssembly by hatch_build.py.

   Baking:   init, eval (prelude.js, web.js), define (one JSON text), eval (the image's script), seal; the memory is then the image.
   Running:  run, then settle for each answer, until prelude.js has sent the outcome. Each drains the job queue.
   Stopping: the host sets `stopping`, and what runs unwinds to say where it was; or it stops it from outside, then asks `where`.
   All text passes as UTF-8 in a buffer from `alloc`; the guest frees it. Messages out: see wire.py.            */

#include <stdint.h>
#include <string.h>

#include "chacha.h"
#include "heap.h"
#include "quickjs.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define IMPORT(name) __attribute__((import_module("env"), import_name(#name)))

IMPORT(send) void host_send(const char *text, uint32_t length);
IMPORT(now) uint64_t host_now(void); /* nanoseconds since 1970; stands still while an image is baked */

/* What libc would import from WASI is answered here, so that the module has no import but the two above:
   the clock is ours, everything else fails with "bad file descriptor". */
#define WASI(name) __imported_wasi_snapshot_preview1_##name
#define BADF 8
int32_t WASI(clock_time_get)(int32_t id, int64_t precision, int32_t result) {
    *(uint64_t *)result = host_now();
    return 0;
}
int close(int fd) { return -1; } /* zig's own libc imports fd_close past the name above */
int32_t WASI(fd_fdstat_get)(int32_t fd, int32_t stat) { return BADF; }
int32_t WASI(fd_seek)(int32_t fd, int64_t offset, int32_t whence, int32_t result) { return BADF; }
int32_t WASI(fd_write)(int32_t fd, int32_t vectors, int32_t count, int32_t written) { return BADF; }

static JSRuntime *runtime;
static JSContext *context;
/* prelude.js defines these six as globals; `seal` takes them away from the program. */
static const char *const hook_names[] = {"__run", "__settle", "__track", "__rest", "__uncaught", "__where"};
enum { RUN, SETTLE, TRACK, REST, UNCAUGHT, WHERE, HOOKS };
static JSValue hooks[HOOKS];

/* The heap's limit is kept here and not by QuickJS, which throws null where it lacks the memory for an error. Each
   allocation that fails lets a little more of the reserve through, for the error and the report; "M" tells the host. */
#define RESERVE (4 << 20)
static size_t used, limit = SIZE_MAX, reserve;
static size_t sealed; /* `used` of the image */

static void *ran_out(void) {
    if (reserve == RESERVE) host_send("M", 1);
    size_t more = reserve < RESERVE / 8 ? reserve : RESERVE / 8;
    reserve -= more;
    limit += more;
    return NULL;
}
static bool admit(size_t size) { return size <= limit && used <= limit - size; }

static void *counted(void *block) {
    if (!block) return ran_out();
    used += block_usable(block);
    return block;
}
static void *heap_malloc(void *opaque, size_t size) { return counted(admit(size) ? block_malloc(size) : NULL); }
static void *heap_calloc(void *opaque, size_t count, size_t size) { /* QuickJS has checked the product */
    void *block = heap_malloc(opaque, count * size);
    return block ? memset(block, 0, count * size) : NULL;
}
static void heap_free(void *opaque, void *block) {
    used -= block_usable(block);
    block_free(block);
}
static void *heap_realloc(void *opaque, void *block, size_t size) {
    size_t before = block_usable(block);
    void *moved = size <= before || admit(size - before) ? block_realloc(block, size) : NULL;
    if (!moved) return ran_out();
    used += block_usable(moved) - before;
    return moved;
}
static const JSMallocFunctions heap = {heap_calloc, heap_malloc, heap_free, heap_realloc, block_usable};

/* Set by the host, from outside, when the time is up: the interpreter throws what no program can catch, with the place. That
   the program ends rests on the host alone, which stops it a moment later. */
__attribute__((used)) volatile int stopping;
static int interrupted(JSRuntime *rt, void *opaque) {
    for (int level = 0; stopping && level < 4; level++) { /* between two jobs there is no place yet */
        JSAtom file = JS_GetScriptOrModuleName(context, level);
        JS_FreeAtom(context, file);
        if (file != JS_ATOM_NULL) return 1;
    }
    return 0;
}

static int call(int hook, int count, JSValueConst *arguments);

/* Say "X" and the exception: for what prelude.js cannot report itself (it did not load, or memory is short). */
static void report(JSValueConst error) {
    const char *text = JS_ToCString(context, error);
    static char message[512] = "X";
    strncpy(message + 1, text ? text : "out of memory", sizeof message - 2);
    host_send(message, strlen(message));
    JS_FreeCString(context, text);
    JS_FreeValue(context, JS_GetException(context));
}

static bool told_where(JSValueConst error) {
    if (!JS_IsUncatchableError(error)) return false;
    stopping = 0;
    call(WHERE, 1, &error);
    return true;
}

/* Tell the host of the exception that is there. */
static void failed(void) {
    JSValue error = JS_GetException(context);
    if (!told_where(error)) report(error);
    JS_FreeValue(context, error);
}

static int call(int hook, int count, JSValueConst *arguments) {
    JSValue value = JS_Call(context, hooks[hook], JS_UNDEFINED, count, arguments);
    int threw = JS_IsException(value);
    if (threw) failed();
    JS_FreeValue(context, value);
    return threw;
}

static JSValue js_send(JSContext *ctx, JSValueConst self, int count, JSValueConst *arguments) {
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, arguments[0]);
    if (!text) return JS_EXCEPTION;
    host_send(text, length);
    JS_FreeCString(ctx, text);
    return JS_UNDEFINED;
}

/* Chance: ChaCha20 of the run's seed, counter from 0, nonce 0 (chacha.h). QuickJS's own cannot be seeded from outside. */
static JSValue js_random(JSContext *ctx, JSValueConst self, int count, JSValueConst *arguments) {
    uint64_t bits;
    chance_bytes(&bits, sizeof bits);
    return JS_NewFloat64(ctx, (double)(bits >> 11) / 9007199254740992.0);
}

static JSValue js_fill(JSContext *ctx, JSValueConst self, int count, JSValueConst *arguments) {
    size_t length;
    uint8_t *bytes = JS_GetUint8Array(ctx, &length, arguments[0]);
    if (bytes) chance_bytes(bytes, length);
    return JS_HasException(ctx) ? JS_EXCEPTION : JS_UNDEFINED;
}

/* UTF-8 for TextEncoder and TextDecoder; what is not valid becomes U+FFFD. */
static JSValue js_encode(JSContext *ctx, JSValueConst self, int count, JSValueConst *arguments) {
    size_t length;
    const char *text = JS_ToCStringLen(ctx, &length, arguments[0]);
    if (!text) return JS_EXCEPTION;
    JSValue bytes = JS_NewUint8ArrayCopy(ctx, (const uint8_t *)text, length);
    JS_FreeCString(ctx, text);
    return bytes;
}

static JSValue js_decode(JSContext *ctx, JSValueConst self, int count, JSValueConst *arguments) {
    size_t length;
    uint8_t *bytes = JS_GetUint8Array(ctx, &length, arguments[0]);
    return bytes || !JS_HasException(ctx) ? JS_NewStringLen(ctx, (const char *)bytes, bytes ? length : 0) : JS_EXCEPTION;
}

static void track(JSContext *ctx, JSValueConst promise, JSValueConst reason, bool handled, void *opaque) {
    if (JS_IsUndefined(hooks[TRACK]) || told_where(reason)) return; /* new Promise(…) makes a rejection even of that */
    JSValueConst arguments[] = {promise, reason, JS_NewBool(ctx, handled)};
    call(TRACK, 3, arguments);
}

static JSModuleDef *no_module(JSContext *ctx, const char *name, void *opaque) {
    JS_ThrowTypeError(ctx,
                      "import is not available: there are no modules here (asked for '%s'). Use the globals: "
                      "every API is one, and so are JSON, URL, TextEncoder and the rest of the language",
                      name);
    return NULL;
}

static void set_function(JSValueConst object, const char *name, JSCFunction *function, int length) {
    JS_DefinePropertyValueStr(context, object, name, JS_NewCFunction(context, function, name, length),
                              JS_PROP_CONFIGURABLE | JS_PROP_WRITABLE);
}

EXPORT(alloc) void *buffer_alloc(uint32_t size) { return block_malloc(size); }

EXPORT(init) void init(void) {
    runtime = JS_NewRuntime2(&heap, NULL);
    JS_SetGCThreshold(runtime, SIZE_MAX);
    JS_SetMaxStackSize(runtime, 768 << 10);
    for (int i = 0; i < HOOKS; i++) hooks[i] = JS_UNDEFINED;
    context = JS_NewContext(runtime);
    JS_SetModuleLoaderFunc(runtime, NULL, no_module, NULL);
    JS_SetHostPromiseRejectionTracker(runtime, track, NULL);
    JS_SetInterruptHandler(runtime, interrupted, NULL);
    JSValue global = JS_GetGlobalObject(context);
    set_function(global, "__send", js_send, 1);
    set_function(global, "__encode", js_encode, 1);
    set_function(global, "__decode", js_decode, 1);
    set_function(global, "__fill", js_fill, 1);
    JSValue math = JS_GetPropertyStr(context, global, "Math");
    set_function(math, "random", js_random, 0);
    JS_FreeValue(context, math);
    JS_FreeValue(context, global);
}

/* Each function keeps its source, as does each around it; as bytecode, written and read again, it has none. That keeps
   the image small, and a run to few pages of it. */
static JSValue stripped(JSValue script) {
    if (JS_IsException(script)) return script;
    size_t size;
    uint8_t *code = JS_WriteObject(context, &size, script, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE);
    JS_FreeValue(context, script);
    if (!code) return JS_EXCEPTION;
    script = JS_ReadObject(context, code, size, JS_READ_OBJ_BYTECODE);
    js_free(context, code);
    return script;
}

/* Evaluate a trusted script while baking. The text must end in NUL at `length`, here and below. */
EXPORT(eval) int eval(char *text, uint32_t length) {
    int flags = JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY;
    JSValue value = stripped(JS_Eval(context, text, length, "<image>", flags));
    if (!JS_IsException(value)) value = JS_EvalFunction(context, value);
    int threw = JS_IsException(value);
    if (threw) failed();
    JS_FreeValue(context, value);
    block_free(text);
    for (JSContext *ctx; !threw && (threw = JS_ExecutePendingJob(runtime, &ctx)) > 0;) threw = 0;
    return threw;
}

/* globalThis[name] = JSON.parse(text). `text` lies in scratch pages, not in the heap: `scratch` below. */
EXPORT(define) int define(char *name, char *text, uint32_t length) {
    JSValue value = JS_ParseJSON(context, text, length, "<data>");
    if (JS_IsException(value)) {
        failed();
        return 1;
    }
    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, name, value);
    JS_FreeValue(context, global);
    block_free(name);
    memset(text, 0, length);
    return 0;
}

/* Room for a document's text while baking, beyond pages spared for the heap that it becomes: cleared again, it is part
   of a tail of zeros that the image leaves out, where a freed block would have stayed in the image as a hole. */
static char *texts_end;

EXPORT(scratch) char *scratch(uint32_t text, uint32_t heap) {
    char *start = take_pages(heap + text);
    if (!start) return NULL;
    spare = start;
    spare_end = start + heap;
    texts_end = spare_end + text;
    return spare_end;
}

EXPORT(seal) void seal(void) {
    JSValue global = JS_GetGlobalObject(context);
    for (int i = 0; i < HOOKS; i++) {
        hooks[i] = JS_GetPropertyStr(context, global, hook_names[i]);
        JSAtom atom = JS_NewAtom(context, hook_names[i]);
        JS_DeleteProperty(context, global, atom, 0);
        JS_FreeAtom(context, atom);
    }
    JS_FreeValue(context, global);
    JS_RunGC(runtime);
    spare_end = texts_end; /* the texts are gone */
    sealed = used;
}

/* Run all jobs, then let prelude.js say whether the program has come to its end. */
static void drain(void) {
    JSContext *ctx;
    for (int state; (state = JS_ExecutePendingJob(runtime, &ctx)) != 0;)
        if (state < 0) { /* a microtask of the program's own threw */
            JSValue error = JS_GetException(context);
            if (!told_where(error)) call(UNCAUGHT, 1, (JSValueConst[]){error});
            JS_FreeValue(context, error);
        }
    call(REST, 0, NULL);
}

/* Start the program: `text` is an expression that gives an async function. Limits in bytes, above the image. The seed's
   32 bytes come as four little-endian numbers. */
EXPORT(run) void run(char *text, uint32_t length, uint32_t memory, uint32_t stack, uint64_t seed0, uint64_t seed1,
                     uint64_t seed2, uint64_t seed3) {
    seed_chance((const uint64_t[]){seed0, seed1, seed2, seed3});
    JS_SetMaxStackSize(runtime, stack);
    limit = sealed + memory;
    reserve = RESERVE;
    /* Above the sealed heap, or the first collection walks all of it. */
    JS_SetGCThreshold(runtime, sealed + memory / 2);
    JSValue program = JS_Eval(context, text, length, "<program>", JS_EVAL_TYPE_GLOBAL);
    block_free(text);
    /* An exception here is the program's syntax: __run gets it in the program's place. */
    JSValue syntax = JS_IsException(program) ? JS_GetException(context) : JS_UNDEFINED;
    JSValueConst arguments[] = {JS_IsException(program) ? JS_UNDEFINED : program, syntax};
    call(RUN, 2, arguments);
    JS_FreeValue(context, program);
    JS_FreeValue(context, syntax);
    drain();
}

/* Answer the call `id`: `text` is a JSON array that __settle understands. */
EXPORT(settle) void settle(uint32_t id, int ok, char *text, uint32_t length) {
    JSValue value = JS_ParseJSON(context, text, length, "<answer>");
    block_free(text);
    if (JS_IsException(value)) {
        failed();
        return;
    }
    JSValueConst arguments[] = {JS_NewUint32(context, id), JS_NewBool(context, ok), value};
    call(SETTLE, 3, arguments);
    JS_FreeValue(context, value);
    drain();
}

/* Say where the program is, or which call it waits for: also where it was stopped from outside, in the middle of anything. */
EXPORT(where) void where(void) {
    JSValue error = JS_NewError(context);
    stopping = 0;
    call(WHERE, 1, (JSValueConst[]){error});
    JS_FreeValue(context, error);
}
