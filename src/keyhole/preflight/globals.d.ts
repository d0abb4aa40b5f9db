// What a program finds in the sandbox beside the language, as a compiler must know it: everything is allowed that works.
type Scalar = string | number | boolean | bigint | symbol | null | undefined | Function | { toJSON(...key: any[]): any } | ArrayBufferView;
type Given = Scalar | (object & { then?: never });
interface Call<A> { (args?: object & A, ...more: any[]): Promise<any>; raw(args?: object & A, ...more: any[]): Promise<any>; [name: string]: any }
interface Verb { (path: string, ...more: any[]): Promise<any>; raw(path: string, ...more: any[]): Promise<any> }
interface Api { get: Verb; put: Verb; post: Verb; delete: Verb; patch: Verb; head: Verb; options: Verb; request: (...options: any[]) => Promise<any>; [name: string]: any }
declare const ops: any, spec: any, results: any, files: any, console: any, setTimeout: any, clearTimeout: any, setInterval: any, clearInterval: any, structuredClone: any;
declare const URL: any, URLSearchParams: any, TextEncoder: any, TextDecoder: any, atob: any, btoa: any, crypto: any, performance: any, ApiError: any;
declare function find(...query: any[]): Promise<any>;
declare function describe(...name: any[]): Promise<any>;
declare function request(...options: any[]): Promise<any>;
