package nsbox.image;

/// No image in the store has this name or ID.
public final class ImageNotFoundException extends ImageException {
  private static final long serialVersionUID = 1L;

  private final String nameOrId;

  public ImageNotFoundException(String nameOrId) {
    super("no image " + nameOrId + " in the store");
    this.nameOrId = nameOrId;
  }

  /// As it was typed.
  public String nameOrId() {
    return nameOrId;
  }
}
