;; Squared Euclidean distances of rows to points, four points at a time: two doubles per instruction. And the
;; nearest point of rows, eight rows at a time: four floats per instruction.
;;
;; A block holds four points: their offsets (4 f64), then for each feature its four values (4 f64).
;; Full features add (x - c)^2. A sparse value v in the place of 0 changes the offset, which is the sum of c^2
;; over the sparse features, by v (v - 2 c).
(module
  (import "rows" "memory" (memory 1 65536 shared))
  (import "rows" "dense" (global $dense i32))           ;; f32 per row and full feature
  (import "rows" "denseBytes" (global $denseBytes i32)) ;; of one row
  (import "rows" "entries" (global $entries i32))       ;; feature (i32) and value (f32), row after row
  (import "rows" "nEntries" (global $nEntries i32))
  (import "rows" "starts" (global $starts i32))         ;; per row the index of its first entry (i32), and the end
  (import "rows" "labels" (global $labels i32))         ;; point per row (i32)
  (import "rows" "batch" (global $batch i32))           ;; indices of rows (i32)
  (import "rows" "blocks" (global $blocks i32))
  (import "rows" "blockBytes" (global $blockBytes i32))
  (import "rows" "distances" (global $distances i32))   ;; f64 per row of the batch and point
  (import "rows" "floats" (global $floats i32))         ;; blocks in f32: half the squared norms, then values
  (import "rows" "eight" (global $eight i32))           ;; f32 per full feature and each of eight rows
  (import "rows" "first" (global $first i32))           ;; f32 per block, each of eight rows and point
  (import "rows" "nearest" (global $nearest i32))       ;; point per row of the batch (i32)
  (import "rows" "open" (global $open i32))             ;; places in the batch (i32)
  (import "rows" "sums" (global $sums i32))             ;; f64 per place and feature, and as many for what these lost
  (import "rows" "sumBytes" (global $sumBytes i32))     ;; of one place, without what was lost

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

  ;; Fills the batch with rows from $start on, four at a time.
  (func (export "fillBatch") (param $start i32) (param $nRows i32)
    (local $to i32) (local $end i32) (local $four v128)
    (local.set $to (global.get $batch))
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $nRows) (i32.const 2))))
    (local.set $four (i32x4.add (i32x4.splat (local.get $start)) (v128.const i32x4 0 1 2 3)))
    (loop $next
      (v128.store (local.get $to) (local.get $four))
      (local.set $four (i32x4.add (local.get $four) (i32x4.splat (i32.const 4))))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end)))))

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
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd)))))

  ;; The batch holds the rows from $start on: the places of those whose label is not $nearest go to $open,
  ;; ascending; returns how many. Takes $nRows rounded up to a multiple of four.
  (func (export "findChanged") (param $start i32) (param $nRows i32) (result i32)
    (local $next i32) (local $end i32) (local $to i32) (local $label i32) (local $mask i32)
    (local.set $next (global.get $nearest))
    (local.set $end (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    (local.set $to (global.get $open))
    (local.set $label (i32.add (global.get $labels) (i32.shl (local.get $start) (i32.const 2))))
    (loop $four
      (local.set $mask
        (i32x4.bitmask (i32x4.ne (v128.load (local.get $next)) (v128.load (local.get $label)))))
      (block $allTold
        (loop $changed
          (br_if $allTold (i32.eqz (local.get $mask)))
          (i32.store (local.get $to)
            (i32.add
              (i32.shr_u (i32.sub (local.get $next) (global.get $nearest)) (i32.const 2))
              (i32.ctz (local.get $mask))))
          (local.set $to (i32.add (local.get $to) (i32.const 4)))
          (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
          (br $changed)))
      (local.set $next (i32.add (local.get $next) (i32.const 16)))
      (local.set $label (i32.add (local.get $label) (i32.const 16)))
      (br_if $four (i32.lt_u (local.get $next) (local.get $end))))
    (i32.shr_u (i32.sub (local.get $to) (global.get $open)) (i32.const 2)))

  ;; The distance of each row of the batch to the point that stands for it in $nearest, the bits of
  ;; squaredDistances.
  (func (export "distancesToNearest") (param $nRows i32)
    (local $next i32) (local $batchEnd i32) (local $out i32) (local $row i32) (local $point i32)
    (local $from i32) (local $end i32) (local $at i32) (local $sum f64) (local $change f64) (local $x f64)
    (local.set $next (global.get $batch))
    (local.set $batchEnd (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    (local.set $out (global.get $distances))
    (loop $rows
      (local.set $row (i32.load (local.get $next)))
      (local.set $point
        (i32.load
          (i32.add (global.get $nearest) (i32.sub (local.get $next) (global.get $batch)))))
      (local.set $point
        (i32.add
          (i32.add (global.get $blocks)
            (i32.mul (i32.shr_u (local.get $point) (i32.const 2)) (global.get $blockBytes)))
          (i32.shl (i32.and (local.get $point) (i32.const 3)) (i32.const 3))))
      (local.set $sum (f64.const 0))
      (local.set $at (local.get $point))
      (local.set $from (call $denseOf (local.get $row)))
      (local.set $end (i32.add (local.get $from) (global.get $denseBytes)))
      (block $denseDone
        (loop $denseFeatures
          (br_if $denseDone (i32.ge_u (local.get $from) (local.get $end)))
          (local.set $x (f64.sub (f64.promote_f32 (f32.load (local.get $from))) (f64.load offset=32 (local.get $at))))
          (local.set $sum (f64.add (local.get $sum) (f64.mul (local.get $x) (local.get $x))))
          (local.set $from (i32.add (local.get $from) (i32.const 4)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br $denseFeatures)))
      (local.set $change (f64.const 0))
      (local.set $at (call $startOf (local.get $row)))
      (local.set $from (call $addressOf (i32.load (local.get $at))))
      (local.set $end (call $addressOf (i32.load offset=4 (local.get $at))))
      (block $sparseDone
        (loop $sparseFeatures
          (br_if $sparseDone (i32.ge_u (local.get $from) (local.get $end)))
          (local.set $at
            (i32.add (local.get $point) (i32.shl (i32.load (local.get $from)) (i32.const 5))))
          (local.set $x (f64.promote_f32 (f32.load offset=4 (local.get $from))))
          (local.set $change
            (f64.add (local.get $change)
              (f64.mul (local.get $x)
                (f64.sub (local.get $x)
                  (f64.add (f64.load offset=32 (local.get $at)) (f64.load offset=32 (local.get $at)))))))
          (local.set $from (i32.add (local.get $from) (i32.const 8)))
          (br $sparseFeatures)))
      (f64.store (local.get $out)
        (f64.add (local.get $sum)
          (f64.max (f64.const 0) (f64.add (f64.load (local.get $point)) (local.get $change)))))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $next (i32.add (local.get $next) (i32.const 4)))
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd)))))

  ;; Adds the row, times a sign, to the sums at a place. What rounding takes from a sum is found exactly (Knuth,
  ;; The art of computer programming 2, 4.2.2, theorem B), and kept beside it.
  (func (export "addRow") (param $row i32) (param $place i32) (param $sign f64)
    (local $from i32) (local $end i32) (local $to i32) (local $lost i32) (local $at i32)
    (local $x v128) (local $sum v128) (local $next v128) (local $taken v128)
    (local.set $to
      (i32.add (global.get $sums) (i32.mul (local.get $place) (i32.shl (global.get $sumBytes) (i32.const 1)))))
    (local.set $lost (i32.add (local.get $to) (global.get $sumBytes)))
    (local.set $from (call $denseOf (local.get $row)))
    (local.set $end (i32.add (local.get $from) (i32.and (global.get $denseBytes) (i32.const -8))))
    (block $pairsDone
      (loop $pairs
        (br_if $pairsDone (i32.ge_u (local.get $from) (local.get $end)))
        (local.set $x
          (f64x2.mul (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $from))) (f64x2.splat (local.get $sign))))
        (local.set $sum (v128.load (local.get $to)))
        (local.set $next (f64x2.add (local.get $sum) (local.get $x)))
        (local.set $taken (f64x2.sub (local.get $next) (local.get $sum)))
        (v128.store (local.get $to) (local.get $next))
        (v128.store (local.get $lost)
          (f64x2.add (v128.load (local.get $lost))
            (f64x2.add
              (f64x2.sub (local.get $sum) (f64x2.sub (local.get $next) (local.get $taken)))
              (f64x2.sub (local.get $x) (local.get $taken)))))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $lost (i32.add (local.get $lost) (i32.const 16)))
        (br $pairs)))
    (if (i32.and (global.get $denseBytes) (i32.const 4))
      (then (call $addTo (local.get $to) (f64.mul (local.get $sign) (f64.promote_f32 (f32.load (local.get $from)))))))
    (local.set $to
      (i32.add (global.get $sums) (i32.mul (local.get $place) (i32.shl (global.get $sumBytes) (i32.const 1)))))
    (local.set $at (call $startOf (local.get $row)))
    (local.set $from (call $addressOf (i32.load (local.get $at))))
    (local.set $end (call $addressOf (i32.load offset=4 (local.get $at))))
    (block $sparseDone
      (loop $sparseFeatures
        (br_if $sparseDone (i32.ge_u (local.get $from) (local.get $end)))
        (call $addTo
          (i32.add (local.get $to) (i32.shl (i32.load (local.get $from)) (i32.const 3)))
          (f64.mul (local.get $sign) (f64.promote_f32 (f32.load offset=4 (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $sparseFeatures))))

  (func $addTo (param $to i32) (param $x f64)
    (local $sum f64) (local $next f64) (local $taken f64) (local $lost i32)
    (local.set $sum (f64.load (local.get $to)))
    (local.set $next (f64.add (local.get $sum) (local.get $x)))
    (local.set $taken (f64.sub (local.get $next) (local.get $sum)))
    (f64.store (local.get $to) (local.get $next))
    (local.set $lost (i32.add (local.get $to) (global.get $sumBytes)))
    (f64.store (local.get $lost)
      (f64.add (f64.load (local.get $lost))
        (f64.add
          (f64.sub (local.get $sum) (f64.sub (local.get $next) (local.get $taken)))
          (f64.sub (local.get $x) (local.get $taken))))))

  ;; Of the full features of four rows: each feature's four values to $to, 32 bytes apart. Reads up to 12 bytes
  ;; beyond a row.
  (func $gather (param $next i32) (param $to i32)
    (local $at i32) (local $row0 i32) (local $row1 i32) (local $row2 i32) (local $row3 i32)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $low01 v128) (local $high01 v128) (local $low23 v128) (local $high23 v128)
    (local.set $row0 (call $denseOf (i32.load offset=0 (local.get $next))))
    (local.set $row1 (call $denseOf (i32.load offset=4 (local.get $next))))
    (local.set $row2 (call $denseOf (i32.load offset=8 (local.get $next))))
    (local.set $row3 (call $denseOf (i32.load offset=12 (local.get $next))))
    (block $done
      (loop $four
        (br_if $done (i32.ge_u (local.get $at) (global.get $denseBytes)))
        (local.set $a0 (v128.load (i32.add (local.get $row0) (local.get $at))))
        (local.set $a1 (v128.load (i32.add (local.get $row1) (local.get $at))))
        (local.set $a2 (v128.load (i32.add (local.get $row2) (local.get $at))))
        (local.set $a3 (v128.load (i32.add (local.get $row3) (local.get $at))))
        (local.set $low01 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a0) (local.get $a1)))
        (local.set $high01 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a0) (local.get $a1)))
        (local.set $low23 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a2) (local.get $a3)))
        (local.set $high23 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a2) (local.get $a3)))
        (local.set $a0 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low01) (local.get $low23)))
        (local.set $a1 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low01) (local.get $low23)))
        (local.set $a2 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $high01) (local.get $high23)))
        (local.set $a3 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $high01) (local.get $high23)))
        (v128.store offset=0 (local.get $to) (local.get $a0))
        (v128.store offset=32 (local.get $to) (local.get $a1))
        (v128.store offset=64 (local.get $to) (local.get $a2))
        (v128.store offset=96 (local.get $to) (local.get $a3))
        (local.set $to (i32.add (local.get $to) (i32.const 128)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $four))))

  ;; Of the sparse features of eight rows: |point|^2 / 2 - row . point, for all points of a block together.
  (func $takeEntries (param $next i32) (param $blocksEnd i32) (param $floatBytes i32)
    (local $to i32) (local $toEnd i32) (local $out i32) (local $block i32) (local $at i32)
    (local $from i32) (local $entry i32) (local $entryEnd i32) (local $sum v128)
    (local.set $to (global.get $first))
    (local.set $toEnd (i32.add (local.get $to) (i32.const 128)))
    (loop $rows
      (local.set $at (call $startOf (i32.load (local.get $next))))
      (local.set $entry (call $addressOf (i32.load (local.get $at))))
      (local.set $entryEnd (call $addressOf (i32.load offset=4 (local.get $at))))
      (local.set $block (global.get $floats))
      (local.set $out (local.get $to))
      (loop $nextBlock
        (local.set $sum (v128.load (local.get $block)))
        (local.set $from (local.get $entry))
        (block $done
          (loop $sparseFeatures
            (br_if $done (i32.ge_u (local.get $from) (local.get $entryEnd)))
            (local.set $at (i32.add (local.get $block) (i32.shl (i32.load (local.get $from)) (i32.const 4))))
            (local.set $sum
              (f32x4.relaxed_nmadd (v128.load32_splat offset=4 (local.get $from)) (v128.load offset=16 (local.get $at))
                (local.get $sum)))
            (local.set $from (i32.add (local.get $from) (i32.const 8)))
            (br $sparseFeatures)))
        (v128.store (local.get $out) (local.get $sum))
        (local.set $out (i32.add (local.get $out) (i32.const 128)))
        (local.set $block (i32.add (local.get $block) (local.get $floatBytes)))
        (br_if $nextBlock (i32.lt_u (local.get $block) (local.get $blocksEnd))))
      (local.set $next (i32.add (local.get $next) (i32.const 4)))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $rows (i32.lt_u (local.get $to) (local.get $toEnd)))))

  ;; For each row of the batch, whose length is rounded up to a multiple of eight: the point of the least
  ;; |point|^2 / 2 - row . point, the first of equals. In floats, hence with an error that the caller knows: the
  ;; places in the batch of rows for which the next one has no more than $error more go to $open, ascending;
  ;; returns how many. Whether a product is rounded before it is added is the machine's to choose.
  (func (export "nearestPoints") (param $nRows i32) (param $nBlocks i32) (param $error f32) (result i32)
    (local $next i32) (local $batchEnd i32) (local $block i32) (local $blocksEnd i32) (local $floatBytes i32)
    (local $toNearest i32) (local $toOpen i32) (local $mask i32) (local $from i32) (local $at i32)
    (local $feature i32) (local $end i32) (local $x v128) (local $y v128) (local $point v128) (local $label v128) (local $errors v128)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local $low01 v128) (local $high01 v128) (local $low23 v128) (local $high23 v128)
    (local $bestA v128) (local $secondA v128) (local $labelA v128)
    (local $bestB v128) (local $secondB v128) (local $labelB v128)
    (local.set $next (global.get $batch))
    (local.set $batchEnd (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    ;; a block has half the bytes of one of doubles
    (local.set $floatBytes (i32.shr_u (global.get $blockBytes) (i32.const 1)))
    (local.set $blocksEnd
      (i32.add (global.get $floats) (i32.mul (local.get $nBlocks) (local.get $floatBytes))))
    (local.set $toNearest (global.get $nearest))
    (local.set $toOpen (global.get $open))
    (local.set $errors (f32x4.splat (local.get $error)))
    (local.set $end (i32.add (global.get $eight) (i32.shl (global.get $denseBytes) (i32.const 3))))
    (loop $rows
      (call $gather (local.get $next) (global.get $eight))
      (call $gather (i32.add (local.get $next) (i32.const 16)) (i32.add (global.get $eight) (i32.const 16)))
      (if (global.get $nEntries)
        (then (call $takeEntries (local.get $next) (local.get $blocksEnd) (local.get $floatBytes))))
      (local.set $bestA (v128.const f32x4 inf inf inf inf))
      (local.set $secondA (local.get $bestA))
      (local.set $bestB (local.get $bestA))
      (local.set $secondB (local.get $bestA))
      (local.set $label (v128.const i32x4 0 0 0 0))
      (local.set $labelA (local.get $label))
      (local.set $labelB (local.get $label))
      (local.set $block (global.get $floats))
      (local.set $from (global.get $first))
      (loop $nextBlock
        (if (global.get $nEntries)
          (then
            (local.set $a0 (v128.load offset=0 (local.get $from)))
            (local.set $a1 (v128.load offset=16 (local.get $from)))
            (local.set $a2 (v128.load offset=32 (local.get $from)))
            (local.set $a3 (v128.load offset=48 (local.get $from)))
            (local.set $b0 (v128.load offset=64 (local.get $from)))
            (local.set $b1 (v128.load offset=80 (local.get $from)))
            (local.set $b2 (v128.load offset=96 (local.get $from)))
            (local.set $b3 (v128.load offset=112 (local.get $from)))
            (local.set $low01 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a0) (local.get $a1)))
            (local.set $high01 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a0) (local.get $a1)))
            (local.set $low23 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a2) (local.get $a3)))
            (local.set $high23 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a2) (local.get $a3)))
            (local.set $a0 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low01) (local.get $low23)))
            (local.set $a1 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low01) (local.get $low23)))
            (local.set $a2 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $high01) (local.get $high23)))
            (local.set $a3 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $high01) (local.get $high23)))
            (local.set $low01 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $b0) (local.get $b1)))
            (local.set $high01 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $b0) (local.get $b1)))
            (local.set $low23 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $b2) (local.get $b3)))
            (local.set $high23 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $b2) (local.get $b3)))
            (local.set $b0 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low01) (local.get $low23)))
            (local.set $b1 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low01) (local.get $low23)))
            (local.set $b2 (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $high01) (local.get $high23)))
            (local.set $b3 (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $high01) (local.get $high23)))
            (local.set $from (i32.add (local.get $from) (i32.const 128))))
          (else
            (local.set $a0 (v128.load32_splat offset=0 (local.get $block)))
            (local.set $a1 (v128.load32_splat offset=4 (local.get $block)))
            (local.set $a2 (v128.load32_splat offset=8 (local.get $block)))
            (local.set $a3 (v128.load32_splat offset=12 (local.get $block)))
            (local.set $b0 (local.get $a0))
            (local.set $b1 (local.get $a1))
            (local.set $b2 (local.get $a2))
            (local.set $b3 (local.get $a3))))

        (local.set $at (i32.add (local.get $block) (i32.const 16)))
        (local.set $feature (global.get $eight))
        (block $denseDone
          (loop $denseFeatures
            (br_if $denseDone (i32.ge_u (local.get $feature) (local.get $end)))
            (local.set $x (v128.load (local.get $feature)))
            (local.set $y (v128.load offset=16 (local.get $feature)))
            (local.set $point (v128.load32_splat offset=0 (local.get $at)))
            (local.set $a0 (f32x4.relaxed_nmadd (local.get $x) (local.get $point) (local.get $a0)))
            (local.set $b0 (f32x4.relaxed_nmadd (local.get $y) (local.get $point) (local.get $b0)))
            (local.set $point (v128.load32_splat offset=4 (local.get $at)))
            (local.set $a1 (f32x4.relaxed_nmadd (local.get $x) (local.get $point) (local.get $a1)))
            (local.set $b1 (f32x4.relaxed_nmadd (local.get $y) (local.get $point) (local.get $b1)))
            (local.set $point (v128.load32_splat offset=8 (local.get $at)))
            (local.set $a2 (f32x4.relaxed_nmadd (local.get $x) (local.get $point) (local.get $a2)))
            (local.set $b2 (f32x4.relaxed_nmadd (local.get $y) (local.get $point) (local.get $b2)))
            (local.set $point (v128.load32_splat offset=12 (local.get $at)))
            (local.set $a3 (f32x4.relaxed_nmadd (local.get $x) (local.get $point) (local.get $a3)))
            (local.set $b3 (f32x4.relaxed_nmadd (local.get $y) (local.get $point) (local.get $b3)))
            (local.set $feature (i32.add (local.get $feature) (i32.const 32)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $denseFeatures)))

        (local.set $labelA
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a0) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a0))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a0)))
        (local.set $labelB
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b0) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b0))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b0)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a1) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a1))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a1)))
        (local.set $labelB
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b1) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b1))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b1)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a2) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a2))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a2)))
        (local.set $labelB
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b2) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b2))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b2)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a3) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a3))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a3)))
        (local.set $labelB
          (i32x4.relaxed_laneselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b3) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b3))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b3)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $block (i32.add (local.get $block) (local.get $floatBytes)))
        (br_if $nextBlock (i32.lt_u (local.get $block) (local.get $blocksEnd))))

      (v128.store (local.get $toNearest) (local.get $labelA))
      (v128.store offset=16 (local.get $toNearest) (local.get $labelB))
      ;; a bit per row; one that is no number is not above the error
      (local.set $mask
        (i32.xor (i32.const 255)
          (i32.or
            (i32x4.bitmask (f32x4.gt (f32x4.sub (local.get $secondA) (local.get $bestA)) (local.get $errors)))
            (i32.shl
              (i32x4.bitmask (f32x4.gt (f32x4.sub (local.get $secondB) (local.get $bestB)) (local.get $errors)))
              (i32.const 4)))))
      (block $allTold
        (loop $openRows
          (br_if $allTold (i32.eqz (local.get $mask)))
          (i32.store (local.get $toOpen)
            (i32.add
              (i32.shr_u (i32.sub (local.get $next) (global.get $batch)) (i32.const 2))
              (i32.ctz (local.get $mask))))
          (local.set $toOpen (i32.add (local.get $toOpen) (i32.const 4)))
          (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
          (br $openRows)))
      (local.set $toNearest (i32.add (local.get $toNearest) (i32.const 32)))
      (local.set $next (i32.add (local.get $next) (i32.const 32)))
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd))))
    (i32.shr_u (i32.sub (local.get $toOpen) (global.get $open)) (i32.const 2))))
