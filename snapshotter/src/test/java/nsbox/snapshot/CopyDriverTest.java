package nsbox.snapshot;

class CopyDriverTest extends DriverContract {
  @Override
  Driver driver() {
    return new CopyDriver(snapshots);
  }

  /// All.
  @Override
  String promisedOfRoot(String described) {
    return described;
  }
}
