// The frames in which native/fuse.c hands over requests: a length of 32 bits, the request, padding to 8.

/** @returns each request, as a view of the buffer */
export function* splitFrames(frames: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(frames.buffer, frames.byteOffset, frames.byteLength);
  for (let start = 0; start + 4 <= frames.length; ) {
    const size = view.getUint32(start, true);
    yield frames.subarray(start + 4, start + 4 + size);
    start += (4 + size + 7) & ~7;
  }
}
