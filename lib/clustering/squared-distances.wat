;; Squared Euclidean distances of rows to points, four points at a time: two doubles per instruction. And the
;; nearest point of rows without sparse features, eight rows at a time: four floats per instruction.
;;
;; A block holds four points: their offsets (4 f64), then for each feature its four values (4 f64).
;; Full features add (x - c)^2. A sparse value v in the place of 0 changes the offset, which is the sum of c^2
;; over the sparse features, by v (v - 2 c).
(module
  (import "rows" "memory" (memory 1 65536 shared))
  (import "rows" "dense" (global $dense i32))           ;; f32 per row and full feature
  (import "rows" "denseBytes" (global $denseBytes i32)) ;; of one row
  (import "rows" "entries" (global $entries i32))       ;; feature (i32) and value (f32), row after row
  (import "rows" "starts" (global $starts i32))         ;; per row the index of its first entry (i32), and the end
  (import "rows" "batch" (global $batch i32))           ;; indices of rows (i32)
  (import "rows" "blocks" (global $blocks i32))
  (import "rows" "blockBytes" (global $blockBytes i32))
  (import "rows" "distances" (global $distances i32))   ;; f64 per row of the batch and point
  (import "rows" "floats" (global $floats i32))         ;; blocks in f32: half the squared norms, then values
  (import "rows" "eight" (global $eight i32))           ;; f32 per feature and each of eight rows
  (import "rows" "nearest" (global $nearest i32))       ;; point per row of the batch (i32)
  (import "rows" "gaps" (global $gaps i32))             ;; f32 per row of the batch

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
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd)))))

  ;; For each row of the batch, whose length is rounded up to a multiple of eight: the point of the least
  ;; |point|^2 / 2 - row . point, the first of equals, and how much more the next one has. In floats, hence with
  ;; an error that the caller knows.
  (func (export "nearestPoints") (param $nRows i32) (param $nBlocks i32)
    (local $next i32) (local $batchEnd i32) (local $block i32) (local $blocksEnd i32) (local $toNearest i32)
    (local $toGaps i32) (local $from i32) (local $at i32) (local $end i32)
    (local $row0 i32) (local $row1 i32) (local $row2 i32) (local $row3 i32)
    (local $row4 i32) (local $row5 i32) (local $row6 i32) (local $row7 i32)
    (local $x v128) (local $y v128) (local $point v128) (local $label v128)
    (local $a0 v128) (local $a1 v128) (local $a2 v128) (local $a3 v128)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local $bestA v128) (local $secondA v128) (local $labelA v128)
    (local $bestB v128) (local $secondB v128) (local $labelB v128)
    (local.set $next (global.get $batch))
    (local.set $batchEnd (i32.add (local.get $next) (i32.shl (local.get $nRows) (i32.const 2))))
    ;; a block has half the bytes of one of doubles
    (local.set $blocksEnd
      (i32.add (global.get $floats) (i32.mul (local.get $nBlocks) (i32.shr_u (global.get $blockBytes) (i32.const 1)))))
    (local.set $toNearest (global.get $nearest))
    (local.set $toGaps (global.get $gaps))
    (local.set $end (i32.add (global.get $eight) (i32.shl (global.get $denseBytes) (i32.const 3))))
    (loop $rows
      (local.set $row0 (call $denseOf (i32.load offset=0 (local.get $next))))
      (local.set $row1 (call $denseOf (i32.load offset=4 (local.get $next))))
      (local.set $row2 (call $denseOf (i32.load offset=8 (local.get $next))))
      (local.set $row3 (call $denseOf (i32.load offset=12 (local.get $next))))
      (local.set $row4 (call $denseOf (i32.load offset=16 (local.get $next))))
      (local.set $row5 (call $denseOf (i32.load offset=20 (local.get $next))))
      (local.set $row6 (call $denseOf (i32.load offset=24 (local.get $next))))
      (local.set $row7 (call $denseOf (i32.load offset=28 (local.get $next))))
      (local.set $from (global.get $eight))
      (local.set $at (i32.const 0))
      (block $gathered
        (loop $gather
          (br_if $gathered (i32.ge_u (local.get $from) (local.get $end)))
          (local.set $x (v128.load32_zero (i32.add (local.get $row0) (local.get $at))))
          (local.set $x (v128.load32_lane 1 (i32.add (local.get $row1) (local.get $at)) (local.get $x)))
          (local.set $x (v128.load32_lane 2 (i32.add (local.get $row2) (local.get $at)) (local.get $x)))
          (local.set $x (v128.load32_lane 3 (i32.add (local.get $row3) (local.get $at)) (local.get $x)))
          (v128.store (local.get $from) (local.get $x))
          (local.set $x (v128.load32_zero (i32.add (local.get $row4) (local.get $at))))
          (local.set $x (v128.load32_lane 1 (i32.add (local.get $row5) (local.get $at)) (local.get $x)))
          (local.set $x (v128.load32_lane 2 (i32.add (local.get $row6) (local.get $at)) (local.get $x)))
          (local.set $x (v128.load32_lane 3 (i32.add (local.get $row7) (local.get $at)) (local.get $x)))
          (v128.store offset=16 (local.get $from) (local.get $x))
          (local.set $from (i32.add (local.get $from) (i32.const 32)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $gather)))

      (local.set $bestA (v128.const f32x4 inf inf inf inf))
      (local.set $secondA (local.get $bestA))
      (local.set $bestB (local.get $bestA))
      (local.set $secondB (local.get $bestA))
      (local.set $label (v128.const i32x4 0 0 0 0))
      (local.set $labelA (local.get $label))
      (local.set $labelB (local.get $label))
      (local.set $block (global.get $floats))
      (loop $nextBlock
        (local.set $a0 (v128.load32_splat (local.get $block)))
        (local.set $a1 (v128.load32_splat offset=4 (local.get $block)))
        (local.set $a2 (v128.load32_splat offset=8 (local.get $block)))
        (local.set $a3 (v128.load32_splat offset=12 (local.get $block)))
        (local.set $b0 (local.get $a0))
        (local.set $b1 (local.get $a1))
        (local.set $b2 (local.get $a2))
        (local.set $b3 (local.get $a3))
        (local.set $from (global.get $eight))
        (local.set $at (i32.add (local.get $block) (i32.const 16)))
        (loop $features
          (local.set $x (v128.load (local.get $from)))
          (local.set $y (v128.load offset=16 (local.get $from)))
          (local.set $point (v128.load32_splat offset=0 (local.get $at)))
          (local.set $a0 (f32x4.sub (local.get $a0) (f32x4.mul (local.get $x) (local.get $point))))
          (local.set $b0 (f32x4.sub (local.get $b0) (f32x4.mul (local.get $y) (local.get $point))))
          (local.set $point (v128.load32_splat offset=4 (local.get $at)))
          (local.set $a1 (f32x4.sub (local.get $a1) (f32x4.mul (local.get $x) (local.get $point))))
          (local.set $b1 (f32x4.sub (local.get $b1) (f32x4.mul (local.get $y) (local.get $point))))
          (local.set $point (v128.load32_splat offset=8 (local.get $at)))
          (local.set $a2 (f32x4.sub (local.get $a2) (f32x4.mul (local.get $x) (local.get $point))))
          (local.set $b2 (f32x4.sub (local.get $b2) (f32x4.mul (local.get $y) (local.get $point))))
          (local.set $point (v128.load32_splat offset=12 (local.get $at)))
          (local.set $a3 (f32x4.sub (local.get $a3) (f32x4.mul (local.get $x) (local.get $point))))
          (local.set $b3 (f32x4.sub (local.get $b3) (f32x4.mul (local.get $y) (local.get $point))))
          (local.set $from (i32.add (local.get $from) (i32.const 32)))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $features (i32.lt_u (local.get $from) (local.get $end))))

        (local.set $labelA
          (v128.bitselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a0) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a0))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a0)))
        (local.set $labelB
          (v128.bitselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b0) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b0))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b0)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (v128.bitselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a1) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a1))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a1)))
        (local.set $labelB
          (v128.bitselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b1) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b1))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b1)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (v128.bitselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a2) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a2))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a2)))
        (local.set $labelB
          (v128.bitselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b2) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b2))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b2)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $labelA
          (v128.bitselect (local.get $label) (local.get $labelA) (f32x4.lt (local.get $a3) (local.get $bestA))))
        (local.set $secondA (f32x4.pmin (local.get $secondA) (f32x4.pmax (local.get $bestA) (local.get $a3))))
        (local.set $bestA (f32x4.pmin (local.get $bestA) (local.get $a3)))
        (local.set $labelB
          (v128.bitselect (local.get $label) (local.get $labelB) (f32x4.lt (local.get $b3) (local.get $bestB))))
        (local.set $secondB (f32x4.pmin (local.get $secondB) (f32x4.pmax (local.get $bestB) (local.get $b3))))
        (local.set $bestB (f32x4.pmin (local.get $bestB) (local.get $b3)))
        (local.set $label (i32x4.add (local.get $label) (i32x4.splat (i32.const 1))))
        (local.set $block (local.get $at))
        (br_if $nextBlock (i32.lt_u (local.get $block) (local.get $blocksEnd))))

      (v128.store (local.get $toNearest) (local.get $labelA))
      (v128.store offset=16 (local.get $toNearest) (local.get $labelB))
      (v128.store (local.get $toGaps) (f32x4.sub (local.get $secondA) (local.get $bestA)))
      (v128.store offset=16 (local.get $toGaps) (f32x4.sub (local.get $secondB) (local.get $bestB)))
      (local.set $toNearest (i32.add (local.get $toNearest) (i32.const 32)))
      (local.set $toGaps (i32.add (local.get $toGaps) (i32.const 32)))
      (local.set $next (i32.add (local.get $next) (i32.const 32)))
      (br_if $rows (i32.lt_u (local.get $next) (local.get $batchEnd))))))
