;; Squared Euclidean distances of rows to points, four points at a time: two doubles per instruction.
;;
;; A block holds four points: their offsets (4 f64), then for each feature its four values (4 f64).
;; Full features add (x - c)^2. A sparse value v in the place of 0 changes the offset, which is the sum of c^2
;; over the sparse features, by v (v - 2 c).
(module
  (import "rows" "memory" (memory 1))
  (import "rows" "dense" (global $dense i32))           ;; f32 per row and full feature
  (import "rows" "denseBytes" (global $denseBytes i32)) ;; of one row
  (import "rows" "entries" (global $entries i32))       ;; feature (i32) and value (f32), row after row
  (import "rows" "starts" (global $starts i32))         ;; per row the index of its first entry (i32), and the end
  (import "rows" "batch" (global $batch i32))           ;; indices of rows (i32)
  (import "rows" "blocks" (global $blocks i32))
  (import "rows" "blockBytes" (global $blockBytes i32))
  (import "rows" "distances" (global $distances i32))   ;; f64 per row of the batch and point

  (func $denseOf (param $row i32) (result i32)
    (i32.add (global.get $dense) (i32.mul (local.get $row) (global.get $denseBytes))))

  (func $startOf (param $row i32) (result i32)
    (i32.add (global.get $starts) (i32.shl (local.get $row) (i32.const 2))))

  (func $addressOf (param $entry i32) (result i32)
    (i32.add (global.get $entries) (i32.shl (local.get $entry) (i32.const 3))))

  ;; Rows of a batch lie far apart in memory. Touched in a loop of their own, they are fetched side by side; the
  ;; sum has no meaning, and keeps the loop from being left out.
  (func (export "touch") (param $nRows i32) (result i32)
    (local $next i32) (local $batchEnd i32) (local $dense i32) (local $denseEnd i32) (local $sum i32)
    (local.set $next (global.get $batch))
    (local.set $batchEnd (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    (loop $rows
      (local.set $sum
        (i32.add (local.get $sum)
          (i32.load (call $addressOf (i32.load (call $startOf (i32.load (local.get $next))))))))
      (local.set $dense (call $denseOf (i32.load (local.get $next))))
      (local.set $denseEnd (i32.add (local.get $dense) (global.get $denseBytes)))
      (loop $lines
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $dense))))
        (local.set $dense (i32.add (local.get $dense) (i32.const 64)))
        (br_if $lines (i32.lt_u (local.get $dense) (local.get $denseEnd))))
      (local.set $next (i32.add (local.get $next) (i32.const 4)))
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd))))
    (local.get $sum))

  (func (export "squaredDistances") (param $nRows i32) (param $nBlocks i32)
    (local $next i32) (local $batchEnd i32) (local $blocksEnd i32) (local $block i32) (local $out i32)
    (local $dense i32) (local $denseEnd i32) (local $entry i32) (local $entryEnd i32)
    (local $from i32) (local $at i32)
    (local $x v128) (local $point v128) (local $difference v128)
    (local $sum01 v128) (local $sum23 v128) (local $change01 v128) (local $change23 v128)
    (local.set $next (global.get $batch))
    (local.set $batchEnd (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    (local.set $blocksEnd
      (i32.add (global.get $blocks) (i32.mul (local.get $nBlocks) (global.get $blockBytes))))
    (local.set $out (global.get $distances))
    (loop $rows
      (local.set $at (i32.load (local.get $next)))
      (local.set $dense (call $denseOf (local.get $at)))
      (local.set $denseEnd (i32.add (local.get $dense) (global.get $denseBytes)))
      (local.set $at (call $startOf (local.get $at)))
      (local.set $entry (call $addressOf (i32.load (local.get $at))))
      (local.set $entryEnd (call $addressOf (i32.load offset=4 (local.get $at))))
      (local.set $block (global.get $blocks))
      (loop $nextBlock
        (local.set $sum01 (v128.const f64x2 0 0))
        (local.set $sum23 (v128.const f64x2 0 0))
        (local.set $change01 (v128.const f64x2 0 0))
        (local.set $change23 (v128.const f64x2 0 0))

        (local.set $from (local.get $dense))
        (local.set $at (local.get $block))
        (block $denseDone
          (loop $denseFeatures
            (br_if $denseDone (i32.ge_u (local.get $from) (local.get $denseEnd)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (local.set $x (f64x2.splat (f64.promote_f32 (f32.load (local.get $from)))))
            (local.set $difference (f64x2.sub (local.get $x) (v128.load (local.get $at))))
            (local.set $sum01
              (f64x2.add (local.get $sum01) (f64x2.mul (local.get $difference) (local.get $difference))))
            (local.set $difference (f64x2.sub (local.get $x) (v128.load offset=16 (local.get $at))))
            (local.set $sum23
              (f64x2.add (local.get $sum23) (f64x2.mul (local.get $difference) (local.get $difference))))
            (local.set $from (i32.add (local.get $from) (i32.const 4)))
            (br $denseFeatures)))

        (local.set $from (local.get $entry))
        (block $sparseDone
          (loop $sparseFeatures
            (br_if $sparseDone (i32.ge_u (local.get $from) (local.get $entryEnd)))
            (local.set $at
              (i32.add (local.get $block) (i32.shl (i32.load (local.get $from)) (i32.const 5))))
            (local.set $x (f64x2.splat (f64.promote_f32 (f32.load offset=4 (local.get $from)))))
            (local.set $point (v128.load offset=32 (local.get $at)))
            (local.set $change01
              (f64x2.add (local.get $change01)
                (f64x2.mul (local.get $x)
                  (f64x2.sub (local.get $x) (f64x2.add (local.get $point) (local.get $point))))))
            (local.set $point (v128.load offset=48 (local.get $at)))
            (local.set $change23
              (f64x2.add (local.get $change23)
                (f64x2.mul (local.get $x)
                  (f64x2.sub (local.get $x) (f64x2.add (local.get $point) (local.get $point))))))
            (local.set $from (i32.add (local.get $from) (i32.const 8)))
            (br $sparseFeatures)))

        ;; rounding can leave a sparse part of nothing a hair below 0
        (v128.store (local.get $out)
          (f64x2.add (local.get $sum01)
            (f64x2.max (v128.const f64x2 0 0)
              (f64x2.add (v128.load (local.get $block)) (local.get $change01)))))
        (v128.store offset=16 (local.get $out)
          (f64x2.add (local.get $sum23)
            (f64x2.max (v128.const f64x2 0 0)
              (f64x2.add (v128.load offset=16 (local.get $block)) (local.get $change23)))))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (local.set $block (i32.add (local.get $block) (global.get $blockBytes)))
        (br_if $nextBlock (i32.lt_u (local.get $block) (local.get $blocksEnd))))
      (local.set $next (i32.add (local.get $next) (i32.const 4)))
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd))))))
