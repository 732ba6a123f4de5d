package nsbox.snapshot;

import java.nio.file.Path;

/// What all layers share that are unpacked together.
///
/// @param root of all snapshots
/// @param spare threads that have no layer
record Workplace(Path root, LayerLimits limits, OverlayForm form, SpareWorkers spare) {}
