/// Images in and out of files: docker archives, OCI archives, root filesystems.
package nsbox.archive;
