;; Eight words of the stream of Rng at a time, each compared as two 16-bit halves: `half >= threshold` as bytes 1 and 0.
;; `MaskStream` holds it in base64: wat2wasm keep-mask.wat --output=- | base64 -w 0
(module
  (memory (export "memory") 1)
  (func (export "fill") (param $end i32) (param $threshold i32) (param $key0 i32) (param $key1 i32) (param $counter i32)
    (local $at i32) (local $count v128) (local $limit v128) (local $x v128) (local $first v128)
    (local.set $count (i32x4.add (i32x4.splat (local.get $counter)) (v128.const i32x4 0 1 2 3)))
    (local.set $limit (i16x8.splat (local.get $threshold)))
    (loop $next
      ;; words 0 to 3
      (local.set $x (v128.xor (local.get $count) (i32x4.splat (local.get $key0))))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $x (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))))
      (local.set $x (i32x4.add (local.get $x) (i32x4.splat (local.get $key1))))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $x (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))))
      (local.set $count (i32x4.add (local.get $count) (v128.const i32x4 4 4 4 4)))
      (local.set $first (local.get $x))
      ;; words 4 to 7
      (local.set $x (v128.xor (local.get $count) (i32x4.splat (local.get $key0))))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $x (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))))
      (local.set $x (i32x4.add (local.get $x) (i32x4.splat (local.get $key1))))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))) (v128.const i32x4 0x85ebca6b 0x85ebca6b 0x85ebca6b 0x85ebca6b)))
      (local.set $x (i32x4.mul (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 13))) (v128.const i32x4 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35 0xc2b2ae35)))
      (local.set $x (v128.xor (local.get $x) (i32x4.shr_u (local.get $x) (i32.const 16))))
      (local.set $count (i32x4.add (local.get $count) (v128.const i32x4 4 4 4 4)))
      (v128.store (local.get $at)
        (v128.and
          (i8x16.narrow_i16x8_s
            (i16x8.ge_u (local.get $first) (local.get $limit))
            (i16x8.ge_u (local.get $x) (local.get $limit)))
          (i8x16.splat (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))))
